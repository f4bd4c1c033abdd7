// The operator is killed at random moments while Projects are created, repaired and deleted; the end must be the same.

import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { seededRandom } from '../../simulators/kit/random.ts'
import {
  createTenant,
  type Holdings,
  hetznerProjectOf,
  holdingsOf,
  nothing,
  projectOf,
  startTestLab,
  type Tenant,
  type TestLab,
  untilGone,
  untilReady,
} from '../support/test-lab.ts'

export interface KillStory {
  lab: TestLab
  /** Processes to kill, in all. */
  kills: number
  /** Projects at a time. */
  projects: number
  seed: number
}

export interface KillReport {
  kills: number
  /** What must never be seen at any moment, and was. */
  violations: string[]
  /** What was left of each Project after its deletion. */
  ends: Holdings[]
  /** Address before and after the repair, for each Project. */
  addresses: [before: string, after: string][]
}

interface Subject {
  tenant: Tenant
  project: KubeObject
}

const phases = 3
/** Kills within one phase: enough to interrupt the same work more than once. */
const killsPerPhase = 3

export async function runKillStory(story: KillStory): Promise<KillReport> {
  const { lab, kills } = story
  const random = seededRandom(story.seed)
  const report: KillReport = { kills: 0, violations: [], ends: [], addresses: [] }
  while (report.kills < kills) {
    const subjects = await Promise.all(Array.from({ length: story.projects }, () => begin(lab)))
    const guard = watch(lab, subjects, report.violations)
    const interrupt = () => killSome(story, { report, random })

    const [ready] = await Promise.all([
      Promise.all(subjects.map(({ project }) => untilReady(lab.api, project, 60_000))),
      interrupt(),
    ])
    for (const [index, { tenant }] of subjects.entries()) harm(lab, tenant, index)
    await interrupt()
    const repaired = await Promise.all(subjects.map((subject) => untilRepaired(lab, subject)))
    report.addresses.push(
      ...ready.map((project, index): [string, string] => [addressOf(project), addressOf(repaired[index])]),
    )

    await Promise.all(subjects.map(({ project }) => lab.api.delete(project)))
    await Promise.all([...subjects.map(({ project }) => untilGone(lab.api, project, 90_000)), interrupt()])
    clearInterval(guard)
    report.ends.push(...subjects.map(({ tenant }) => holdingsOf(lab.world, tenant)))
  }
  return report
}

async function begin(lab: TestLab): Promise<Subject> {
  const tenant = await createTenant(lab.api)
  return { tenant, project: await lab.api.create(projectOf(tenant)) }
}

async function killSome(
  { lab, kills }: KillStory,
  { report, random }: { report: KillReport; random: () => number },
): Promise<void> {
  const wanted = Math.min(killsPerPhase, Math.ceil(kills / phases), kills - report.kills)
  for (let kill = 0; kill < wanted; kill++) {
    await new Promise((resolve) => setTimeout(resolve, random() * 2_500))
    await lab.crash()
    report.kills += 1
  }
  await lab.operator.untilReady()
}

/** One of the three things that a repair puts right. */
function harm(lab: TestLab, { botID, ...tenant }: Tenant, index: number): void {
  const { control } = lab.world.hcloud
  const [server] = hetznerProjectOf(lab.world, tenant)?.servers ?? []
  if (server === undefined) throw new Error('Cannot harm a server that does not exist')
  const bot = lab.world.telegram.simulator.registry.list().find(({ id }) => id === botID)
  if (index % 3 === 0) control.deleteServer(server.id)
  else if (index % 3 === 1) control.powerOffServer(server.id)
  else if (bot !== undefined) bot.webhook = undefined
}

/** Ready, and rightly so: until the harm is noticed, the status still tells the last good news. */
async function untilRepaired(lab: TestLab, { tenant, project }: Subject): Promise<KubeObject> {
  const end = performance.now() + 90_000
  while (performance.now() < end) {
    const current = await untilReady(lab.api, project, 90_000)
    const [server] = hetznerProjectOf(lab.world, tenant)?.servers ?? []
    const serves = server?.status === 'running' && server.id === current['status'].server.id
    if (serves && holdingsOf(lab.world, tenant).webhook === current['status'].telegram.url) return current
    await askForPass(lab, project)
  }
  throw new Error(
    `Cannot see ${tenant.namespace} repaired: ${JSON.stringify((await lab.api.find(project))?.['status'])}`,
  )
}

/** A webhook is looked at once in ten minutes, unless somebody asks. */
async function askForPass(lab: TestLab, project: KubeObject): Promise<void> {
  const annotations = { 'botyard.dev/reconcile-requested-at': new Date().toISOString() }
  await lab.api.patch(project, { metadata: { annotations } })
  await new Promise((resolve) => setTimeout(resolve, 500))
}

const addressOf = (project: KubeObject | undefined): string => project?.['status']?.address?.ipv4 ?? ''

/** Looks every few milliseconds for what must never be: two servers, or two addresses, for one Project. */
function watch(lab: TestLab, subjects: readonly Subject[], violations: string[]): NodeJS.Timeout {
  return setInterval(() => {
    for (const { tenant } of subjects) {
      const { servers, ipv4s } = holdingsOf(lab.world, tenant)
      if (servers > 1 || ipv4s > 1) violations.push(`${tenant.namespace}: ${servers} servers, ${ipv4s} addresses`)
    }
  }, 5)
}

/** Declares the test; a seed is drawn and shown, so that a failure can be looked at again with BOTYARD_SEED. */
export function killTest({ kills }: { kills: number }): void {
  const seed = Number(process.env['BOTYARD_SEED'] ?? randomInt(1_000_000))

  describe('an operator that is killed at random moments', () => {
    let lab: TestLab
    beforeAll(async () => {
      lab = await startTestLab()
    })
    afterAll(() => lab.stop())

    it(`loses nothing and makes nothing twice, ${kills} times (seed ${seed})`, {
      timeout: 60_000 + kills * 20_000,
    }, async () => {
      const report = await runKillStory({ lab, kills, projects: 3, seed })
      expect(report.kills).toBe(kills)
      expect(report.violations).toEqual([])
      expect(report.ends).toEqual(report.ends.map(() => nothing))
      for (const [before, after] of report.addresses) expect(after).toBe(before)
    })
  })
}
