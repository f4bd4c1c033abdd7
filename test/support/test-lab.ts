// End to end: the operator as a process under its own rights on the real API server, the world in this process, where a
// test can look at it, change it and switch faults on.

import { createHash, randomBytes, randomInt } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { exampleProject, exampleSecrets } from '../../scripts/lab/manifests.ts'
import { type Operator, startOperator } from '../../scripts/lab/operator.ts'
import { systemClock } from '../../simulators/kit/clock.ts'
import type { Handler } from '../../simulators/kit/handler.ts'
import { serve } from '../../simulators/kit/serve.ts'
import { createWorld, type World, type WorldOptions } from '../../simulators/world.ts'
import { type Api, adminApi, createNamespace, operatorKubeconfig, type WaitOptions, waitFor } from './control-plane.ts'

export interface TestLab {
  readonly api: Api
  readonly world: World
  /** The one that runs now. */
  readonly operator: Operator
  /** SIGKILL, and a new one in its place. */
  crash(): Promise<void>
  /** What all operators of this lab have logged. */
  log(): Promise<string>
  stop(): Promise<void>
}

export interface TestLabOptions extends Omit<WorldOptions, 'clock'> {
  /** Simulated time passes so much faster than real time. */
  speed?: number
  operatorArgs?: readonly string[]
  /** Stands before a service, sees every request to it, and may answer in its place. */
  front?: { hcloud?: (service: Handler) => Handler; telegram?: (service: Handler) => Handler }
}

/** Fast enough for a test, slow enough that every state can be met: a server is up after a second or two. */
export const quick = {
  bootSeconds: 0.5,
  hcloud: { createSeconds: 0.4, startSeconds: 0.3, shutdownSeconds: 0.3, deleteSeconds: 0.2, firewallSeconds: 0.1 },
  telegram: { newBotThrottle: false },
}

/** Flags that fit it. */
export const quickArgs = [
  ...['--hcloud-sweep-interval', '2s', '--hcloud-action-poll-interval', '100ms'],
  ...['--drain', '2s', '--log-level', 'debug'],
]

const asItIs = (service: Handler): Handler => service

export async function startTestLab({
  speed = 1,
  operatorArgs = [],
  front = {},
  ...options
}: TestLabOptions = {}): Promise<TestLab> {
  const api = await adminApi()
  await clearProjects(api)
  const directory = await mkdtemp(path.join(tmpdir(), 'botyard-test-'))
  const world = createWorld({
    clock: systemClock({ speed }),
    // Simulated servers really listen: another seed begins with other addresses, so that labs side by side do not meet.
    seed: randomInt(1, 2 ** 31),
    ...quick,
    ...options,
    hcloud: { ...quick.hcloud, ...options.hcloud },
    telegram: { ...quick.telegram, ...options.telegram },
  })
  const hcloud = await serve((front.hcloud ?? asItIs)(world.hcloud.fetch), { port: 0 })
  const telegram = await serve((front.telegram ?? asItIs)(world.telegram.fetch), { port: 0 })
  const log = path.join(directory, 'operator.log')
  const start = async () =>
    startOperator({
      program: 'src/main.ts',
      access: { kubeconfig: await operatorKubeconfig() },
      hcloud: `${hcloud.url}/v1`,
      telegram: telegram.url,
      log,
      args: [...quickArgs, ...operatorArgs],
    })
  let operator = await start()
  await operator.untilReady()

  return {
    api,
    world,
    get operator() {
      return operator
    },
    async crash() {
      await operator.kill()
      operator = await start()
    },
    log: () => readFile(log, 'utf8'),
    async stop() {
      await operator.stop()
      world.stop()
      await Promise.all([hcloud.close(), telegram.close()])
      await api.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** An operator sees the whole cluster, and what another lab has left there belongs to a world that is no more. */
export async function clearProjects(api: Api): Promise<void> {
  const projects = await api.list({ apiVersion: 'botyard.dev/v1alpha1', kind: 'Project' })
  await Promise.all(
    projects.map(async (project) => {
      const ref = { ...project, apiVersion: 'botyard.dev/v1alpha1', kind: 'Project' }
      await api.delete(ref)
      await api.patch(ref, { metadata: { finalizers: null } }).catch(() => undefined)
    }),
  )
}

export interface Tenant {
  readonly namespace: string
  readonly name: string
  readonly hetznerToken: string
  readonly botToken: string
  readonly botID: number
}

let lastBot = 100_000_000 + Math.trunc(Math.random() * 800_000_000)

/** A namespace with a Hetzner account and a bot of its own, and the Secrets that name them. */
export async function createTenant(
  api: Api,
  o: { granted?: boolean; name?: string; hetznerToken?: string } = {},
): Promise<Tenant> {
  const namespace = await createNamespace(api, { granted: o.granted ?? true })
  lastBot += 1
  const tenant = {
    namespace,
    name: o.name ?? 'echo',
    hetznerToken: o.hetznerToken ?? randomBytes(32).toString('hex'),
    // As random as real ones, so that a piece of one that shows up somewhere can be told from ordinary text.
    botToken: `${lastBot}:${randomBytes(27).toString('base64url').slice(0, 35)}`,
    botID: lastBot,
  }
  for (const secret of exampleSecrets(tenant)) await api.apply(secret)
  return tenant
}

/** The tenant's Project, not applied yet; changed as the test wants it. */
export function projectOf(tenant: Tenant, change: (spec: Record<string, unknown>) => void = () => {}): KubeObject {
  const project = exampleProject(tenant)
  change(project['spec'])
  return project
}

export interface ConditionView {
  type: string
  status: string
  reason: string
  message: string
}

export const conditionOf = (project: KubeObject | undefined, type: string): ConditionView | undefined =>
  project?.['status']?.conditions?.find((condition: ConditionView) => condition.type === type)

/** Waits until a condition of the Project has this status, and this reason if one is given; answers the Project. */
export async function untilCondition(
  api: Api,
  project: KubeObject,
  o: WaitOptions & { type: string; status: string; reason?: string },
): Promise<KubeObject> {
  let last: KubeObject | undefined
  const what = `${o.type}=${o.status}${o.reason === undefined ? '' : ` ${o.reason}`} of ${project.metadata.name}`
  const look = async () => {
    last = await api.find(project)
    const condition = conditionOf(last, o.type)
    return condition?.status === o.status && (o.reason === undefined || condition.reason === o.reason) && last
  }
  try {
    return await waitFor(what, look, { within: o.within ?? 20_000, every: o.every ?? 50 })
  } catch (error) {
    throw new Error(`${(error as Error).message}; its status: ${JSON.stringify(last?.['status'], null, 1)}`)
  }
}

export const untilReady = (api: Api, project: KubeObject, within = 20_000): Promise<KubeObject> =>
  untilCondition(api, project, { type: 'Ready', status: 'True', within })

export const untilGone = (api: Api, project: KubeObject, within = 30_000): Promise<true> =>
  waitFor(`the end of ${project.metadata.name}`, async () => (await api.find(project)) === undefined, { within })

export interface Holdings {
  servers: number
  ipv4s: number
  ipv6s: number
  sshKeys: number
  webhook: string
}

/** What exists at Hetzner in the tenant's account, whatever its labels, the marker apart; and where its bot's webhook points. */
export function holdingsOf(world: World, tenant: Tenant): Holdings {
  const project = hetznerProjectOf(world, tenant)
  const bot = world.telegram.simulator.registry.list().find(({ id }) => id === tenant.botID)
  return {
    servers: project?.servers.length ?? 0,
    ipv4s: project?.primaryIPs.filter(({ type }) => type === 'ipv4').length ?? 0,
    ipv6s: project?.primaryIPs.filter(({ type }) => type === 'ipv6').length ?? 0,
    sshKeys: project?.sshKeys.length ?? 0,
    webhook: bot?.webhook?.url ?? '',
  }
}

export const nothing: Holdings = { servers: 0, ipv4s: 0, ipv6s: 0, sshKeys: 0, webhook: '' }

/** The Hetzner project that the tenant's token reaches, as the simulator sees it; undefined before its first use. */
export function hetznerProjectOf(world: World, tenant: Pick<Tenant, 'hetznerToken'>) {
  const hash = createHash('sha256').update(tenant.hetznerToken).digest('hex').slice(0, 16)
  return world.state().hcloud.projects.find((project) => project.tokens.some((token) => token.hash === hash))
}
