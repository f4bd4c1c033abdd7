// Many Projects at once, measured: with answers at once, then with every provider's answer a second late.

import { setTimeout } from 'node:timers/promises'
import type { Lab } from '../lab/lab.ts'
import { hetznerToken } from '../lab/manifests.ts'
import { type Crowd, type CrowdScene, createAll, crowdOf, deleteAll, prepare } from './crowd.ts'
import { figureLine, inSeconds, megabytes } from './gutter.ts'
import { findLeftovers, leftoverLine, wrongLeftovers } from './leftovers.ts'
import { brokenBounds, longestChain, type Measure, measureTable } from './measure.ts'
import { watchProjects } from './project-watch.ts'
import { deleteNamespaces, heading, openLab, type Stage, withLab } from './stage.ts'

export interface ManyProjectsOptions {
  projects: number
  createSeconds: number
  bootSeconds: number
}

const delay = 1_000
/** How much later than its server a Project may be Ready. */
const slack = 5_000

export async function showManyProjects(stage: Stage, o: ManyProjectsOptions): Promise<void> {
  const begin = performance.now()
  const { screen } = stage
  screen.line(screen.paint('bold', `Botyard: ${o.projects} Projects at once`))
  screen.line(
    'The Kubernetes API server is real. Hetzner Cloud, its servers and Telegram are simulated on this machine:',
  )
  screen.line(`a server takes ${o.createSeconds} s to be created and ${o.bootSeconds} s to boot.`)
  heading(stage, 'Start')
  const lab = await openLab(stage, {
    simulatorArgs: [
      ...['--create-seconds', String(o.createSeconds), '--boot-seconds', String(o.bootSeconds)],
      '--no-new-bot-throttle',
    ],
    operatorArgs: ['--log-level', 'debug'],
  })
  await withLab(stage, lab, (inside) => play(inside, lab, o))
  screen.line()
  screen.line(figureLine(inSeconds(performance.now() - begin), 'in all'))
}

async function play(stage: Stage, lab: Lab, o: ManyProjectsOptions): Promise<void> {
  const watch = await watchProjects(lab.api, stage.signal)
  const scene: CrowdScene = { ...stage, lab, watch, secretsOfUsers: new Set() }
  try {
    await roundAtOnce(scene, o)
    await setDelay(lab, delay)
    await roundDelayed(scene, o)
    await oneAlone(scene, o)
    await countLeftovers(scene)
  } finally {
    watch.stop()
  }
}

/** The server's own time, which no operator can shorten. */
const serverTime = ({ createSeconds, bootSeconds }: ManyProjectsOptions): number =>
  (createSeconds + bootSeconds) * 1_000

async function roundAtOnce(scene: CrowdScene, o: ManyProjectsOptions): Promise<void> {
  heading(scene, `${o.projects} Projects in one Hetzner project, answers without delay`)
  const most = serverTime(o) + slack
  await round(scene, {
    crowd: crowdOf({ name: 'prompt', count: o.projects, hetznerToken: hetznerToken('prompt'), firstBot: 200_000_001 }),
    measures: ({ conditions, ready }) => [
      { what: 'first conditions', values: conditions },
      { what: 'Ready', values: ready, bound: { most, words: `p95 at most ${inSeconds(most)}` } },
    ],
  })
}

async function roundDelayed(scene: CrowdScene, o: ManyProjectsOptions): Promise<void> {
  heading(scene, `${o.projects} Projects in another, every answer of Hetzner and Telegram ${inSeconds(delay)} late`)
  await round(scene, {
    // In a Hetzner project of its own: the first has spent most of an hour's budget of requests.
    crowd: crowdOf({ name: 'late', count: o.projects, hetznerToken: hetznerToken('late'), firstBot: 300_000_001 }),
    measures: ({ conditions, ready }) => [
      { what: 'first conditions', values: conditions, bound: { most: 999, words: 'p95 below 1 s' } },
      { what: 'Ready', values: ready },
    ],
  })
}

interface Round {
  crowd: ReturnType<typeof crowdOf>
  measures(crowd: Crowd): Measure[]
}

async function round(scene: CrowdScene, { crowd, measures }: Round): Promise<void> {
  const { screen, lab, faults } = scene
  await prepare(scene, crowd)
  await resetRequests(lab)
  const created = await createAll(scene, crowd, { within: 240_000 })
  const calls = (await requestsOf(lab)).length
  const memory = Math.round(megabytes(await lab.operator.memory()))
  const gone = await deleteAll(scene, created.projects, { within: 240_000 })
  const all = [...measures(created), { what: 'gone, once deleted', values: gone }]
  screen.line()
  for (const line of measureTable(all)) screen.line(line)
  screen.line()
  screen.line(figureLine((calls / crowd.length).toFixed(1), `calls to Hetzner and Telegram a Project, ${calls} in all`))
  screen.line(figureLine(`${memory} MB`, 'resident memory of the operator with all of them Ready'))
  faults.push(...brokenBounds(all))
}

/** Nobody else calls, so that the requests which follow one another are what this Project waits for. */
async function oneAlone(scene: CrowdScene, o: ManyProjectsOptions): Promise<void> {
  const { screen, lab } = scene
  heading(scene, 'One Project alone in a third, every answer as late')
  const crowd = crowdOf({ name: 'alone', count: 1, hetznerToken: hetznerToken('alone'), firstBot: 400_000_001 })
  await prepare(scene, crowd)
  await untilQuiet(scene)
  await resetRequests(lab)
  const { projects, ready } = await createAll(scene, crowd, { within: 240_000 })
  // Polls of actions go on while the server is made; they follow the server's time, not the answers'.
  const requests = (await requestsOf(lab)).filter(({ target }) => !target.startsWith('/actions'))
  await deleteAll(scene, projects, { within: 120_000 })
  screen.line()
  const [time = Number.NaN] = ready
  screen.line(figureLine(inSeconds(time), `to Ready, of which the server takes ${inSeconds(serverTime(o))}`))
  screen.line(figureLine(String(requests.length), 'calls, not counting the polls while the server is made'))
  screen.line(figureLine(String(longestChain(requests, delay)), 'of them one after another: the critical path'))
}

async function countLeftovers(scene: CrowdScene): Promise<void> {
  const { screen, lab, faults, secretsOfUsers } = scene
  heading(scene, 'Count what is left')
  const leftovers = await findLeftovers(lab, { secretsOfUsers, accounts: 3 })
  const names = [...new Set([...secretsOfUsers].map((key) => key.split('/')[0] ?? ''))]
  const namespaces = await deleteNamespaces(scene, lab.api, names)
  leftovers.push({ what: `of ${names.length} namespaces`, found: namespaces, wanted: 0, note: 'deleted just now' })
  for (const leftover of leftovers) screen.line(leftoverLine(leftover))
  faults.push(...wrongLeftovers(leftovers))
}

/** Nobody calls for a while: what those before began has ended. */
async function untilQuiet({ lab, signal }: CrowdScene): Promise<void> {
  const quiet = 3 * delay
  for (let rounds = 0; rounds < 10; rounds += 1) {
    const before = (await requestsOf(lab)).length
    await setTimeout(quiet, undefined, { signal })
    if ((await requestsOf(lab)).length === before) return
  }
}

const sides = ['hcloud', 'telegram'] as const

async function setDelay({ simulators: { control } }: Lab, ms: number): Promise<void> {
  for (const side of sides) await control[side]('POST', '/faults', { route: 'ANY *', kind: 'held', ms })
}

async function resetRequests({ simulators: { control } }: Lab): Promise<void> {
  for (const side of sides) await control[side]('POST', '/requests/reset')
}

interface SeenRequest {
  at: number
  target: string
}

async function requestsOf({ simulators: { control } }: Lab): Promise<SeenRequest[]> {
  const answers = await Promise.all(sides.map((side) => control[side]('GET', '/requests')))
  return answers.flatMap((answer) => (answer as { log: SeenRequest[] }).log)
}
