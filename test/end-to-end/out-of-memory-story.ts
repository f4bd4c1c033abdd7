// F18: more Projects than fit into the operator's heap. The process dies of it at once and leaves nothing half done; with room
// for them a new one works all of them up.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forEach } from '../../scripts/bench/cluster.ts'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { exampleProject } from '../../scripts/lab/manifests.ts'
import { type ApartLab, startApartLab } from '../support/apart-lab.ts'
import { waitFor } from '../support/control-plane.ts'
import { conditionOf, createTenant, holdingsOf, projectOf, type Tenant, untilReady } from '../support/test-lab.ts'

export interface MemoryOptions {
  projects: number
  /** Of user data in each. */
  kilobytes: number
  /** Of old space, which is nearly all of the heap. */
  megabytes: number
  /** Until all have been looked at, with room; without it only the one that was there before is waited for. */
  seconds?: number
}

const kind = { apiVersion: 'botyard.dev/v1alpha1', kind: 'Project' }

export function outOfMemoryTest({ projects, kilobytes, megabytes, seconds = 0 }: MemoryOptions): void {
  const small = { nodeArgs: [`--max-old-space-size=${megabytes}`] }
  let lab: ApartLab
  let served: { tenant: Tenant; project: KubeObject }
  beforeAll(async () => {
    // For one Project the heap is large enough.
    lab = await startApartLab(small)
    const tenant = await createTenant(lab.api)
    served = { tenant, project: await untilReady(lab.api, await lab.api.create(projectOf(tenant))) }
    await lab.operator.stop()
    await fill(lab, { projects, kilobytes })
  }, 900_000)
  afterAll(() => lab?.stop())

  const allReported = async () =>
    (await lab.api.list(kind)).every((project) => conditionOf(project, 'Ready') !== undefined)

  describe(`${projects} Projects and a heap of ${megabytes} MB`, () => {
    it('end the process by itself, with nothing changed at the providers', { timeout: 180_000 }, async () => {
      const before = holdingsOf(lab.world, served.tenant)
      const from = lab.calls.length
      const since = performance.now()
      await lab.start(small)
      const exit = await lab.operator.exited
      process.stdout.write(
        `out of memory: ended (${exit}) after ${((performance.now() - since) / 1_000).toFixed(1)} s\n`,
      )
      expect(exit).toSatisfy((code) => code === 'SIGABRT' || code === 134)
      expect(lab.calls.slice(from).filter(({ world, isWrite }) => world !== 'kubernetes' && isWrite)).toEqual([])
      expect(holdingsOf(lab.world, served.tenant)).toEqual(before)
    })

    it('are worked up by the next process, which has room', { timeout: 120_000 + seconds * 1_000 }, async () => {
      const { metadata } = await lab.api.patch(served.project, { spec: { resyncInterval: '2h' } })
      await lab.start()
      await lab.operator.untilReady()
      const since = performance.now()
      const sees = async () => (await lab.api.get(served.project))['status'].observedGeneration === metadata.generation
      await waitFor('a look at the change meanwhile', sees, { within: 60_000 })
      if (seconds > 0)
        await waitFor('a report of every Project', allReported, { within: seconds * 1_000, every: 20_000 })
      process.stdout.write(
        `with room: worked up after ${((performance.now() - since) / 1_000).toFixed(0)} s, ` +
          `RSS ${(await lab.operator.memory()).toFixed(0)} MiB\n`,
      )
      await untilReady(lab.api, served.project, 60_000)
      expect(holdingsOf(lab.world, served.tenant)).toMatchObject({ servers: 1, ipv4s: 1 })
    })
  })
}

const namespaces = 20

/** Without Secrets: each has a report, and nothing at a provider. */
async function fill({ api }: ApartLab, o: Pick<MemoryOptions, 'projects' | 'kilobytes'>): Promise<void> {
  const names = Array.from({ length: namespaces }, (_, index) => `team-${index}`)
  await forEach(names, (name) => api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
  const inline = `#cloud-config\n# ${'x'.repeat(o.kilobytes * 1_024)}\n`
  await forEach(Array(o.projects).keys(), (index) => {
    const example = { namespace: `team-${index % namespaces}`, name: `bot-${index}`, hetznerToken: '', botToken: '' }
    const project = exampleProject(example)
    return api.create({ ...project, spec: { ...project['spec'], workload: { cloudInit: { inline } } } })
  })
}
