// One bot's whole world in one process and in virtual time: simulators, a fake cluster, the operator, and the hands of a test.

import { createHcloudSimulator, type HcloudSimulator } from '../../simulators/hcloud/hcloud-simulator.ts'
import type { HcloudOptions } from '../../simulators/hcloud/options.ts'
import { createFaults } from '../../simulators/kit/faults.ts'
import { seededRandom } from '../../simulators/kit/random.ts'
import { createService, type Service } from '../../simulators/kit/service.ts'
import { createTelegramSimulator, type TelegramSimulator } from '../../simulators/telegram/simulator.ts'
import { type Condition, getCondition } from '../../src/api/conditions.ts'
import type { Project } from '../../src/api/project.ts'
import type { ConditionType } from '../../src/api/reasons.ts'
import { type Duration, minutes, seconds } from '../../src/clock.ts'
import type { OperatorSettings } from '../../src/reconcilers/deps.ts'
import { checkedExchanges } from '../simulators/hcloud/checked-exchanges.ts'
import { botSpec } from './projects.ts'
import { createVirtualCluster, type VirtualCluster } from './virtual-cluster.ts'
import { createVirtualEvents, type VirtualEvents } from './virtual-events.ts'
import { createVirtualMachines, type VirtualMachines } from './virtual-machines.ts'
import { startVirtualOperator, type VirtualOperator } from './virtual-operator.ts'
import { type VirtualTime, virtualTime } from './virtual-time.ts'

export const hetznerToken = `${'h'.repeat(32)}0123456789abcdefghijklmnopqrstuv`
export const botToken = '123456789:AAE-kq3xTz7_Yp0aBcDeFgHiJkLmNoPqRsT'
export const key = 'shop/echo'

export interface LabOptions {
  seed?: number
  bootSeconds?: number
  hcloud?: Partial<HcloudOptions>
  settings?: Partial<OperatorSettings>
}

export interface VirtualLab {
  readonly time: VirtualTime
  readonly cluster: VirtualCluster
  readonly events: VirtualEvents
  readonly hcloud: Service & Pick<HcloudSimulator, 'control'>
  readonly telegram: Service & { readonly simulator: TelegramSimulator }
  readonly machines: VirtualMachines
  operator: VirtualOperator
  /** Another process takes over; what the last one remembered is lost. */
  restart(): Promise<void>
  advance(span: Duration): Promise<void>
  /** Milliseconds until it holds; fails when it does not within the time. */
  until(what: string, holds: () => boolean, within?: Duration): Promise<Duration>
  project(at?: string): Project | undefined
  status(at?: string): NonNullable<Project['status']>
  /** `True Serving`, or undefined when the condition is not there. */
  told(type: ConditionType, at?: string): string | undefined
  condition(type: ConditionType, at?: string): Condition | undefined
  untilReady(at?: string): Promise<Duration>
  /** The Hetzner project that the test's token reaches. */
  account(): ReturnType<HcloudSimulator['control']['state']>['projects'][number]
  /** The only server, or none. */
  server(): ReturnType<VirtualLab['account']>['servers'][number] | undefined
  ip(): ReturnType<VirtualLab['account']>['primaryIPs'][number] | undefined
  /** URL of the bot's webhook; empty without one. */
  webhook(token?: string): string
  /** Somebody else who has the token sets another webhook. */
  stealWebhook(url: string): Promise<void>
  /** Calls so far, reads and writes, by method and path. */
  calls(service?: 'hcloud' | 'telegram'): Record<string, number>
  /** Ends everything and tells what went wrong that no condition shows. */
  close(): Promise<string[]>
}

const host = (request: Request): URL => new URL(request.url)

function describeHcloud(request: Request) {
  const { pathname, search } = host(request)
  const path = pathname.replace(/^\/v1(?=\/)/, '')
  return { path: path.replaceAll(/\/\d+(?=\/|$)/g, '/:id'), target: path + search }
}

function describeTelegram(request: Request) {
  const path = `/${host(request).pathname.split('/').at(-1)}`
  return { path, target: path }
}

/** An operator with its Secrets in place, and nothing asked of it yet. */
export async function virtualLab({ seed = 1, bootSeconds = 15, ...options }: LabOptions = {}): Promise<VirtualLab> {
  const time = virtualTime()
  const { clock } = time
  const random = seededRandom(seed)
  const cluster = createVirtualCluster(time)
  const events = createVirtualEvents()
  const machines = createVirtualMachines(clock, bootSeconds)
  const simulated = createHcloudSimulator({ clock, random, machines, options: options.hcloud ?? {} })
  const undescribed: string[] = []
  const simulator = createTelegramSimulator({
    ...{ clock, random, post: machines.post },
    options: { allowReserved: true, newBotThrottle: false },
  })
  const hcloud = createService({
    ...{ clock, faults: createFaults({ clock, seed, basePath: '/v1' }), describe: describeHcloud },
    ...{ handler: checkedExchanges(simulated.fetch, undescribed), routes: [] },
  })
  const telegram = createService({
    ...{ clock, faults: createFaults({ clock, seed }), describe: describeTelegram },
    ...{ handler: simulator.fetch, routes: [] },
  })
  cluster.putSecret('hetzner', { token: hetznerToken })
  cluster.putSecret('bot', { token: botToken })

  const start = () =>
    startVirtualOperator({
      ...{ time, cluster, random, hcloud: hcloud.fetch, telegram: telegram.fetch, probe: machines.probe },
      events: events.sink,
      ...(options.settings !== undefined && { settings: options.settings }),
    })
  const thrown: VirtualOperator['thrown'] = []

  const lab: VirtualLab = {
    time,
    cluster,
    events,
    hcloud: { ...hcloud, control: simulated.control },
    telegram: { ...telegram, simulator },
    machines,
    operator: await start(),
    async restart() {
      await lab.operator.stop()
      thrown.push(...lab.operator.thrown)
      lab.operator = await start()
    },
    advance: clock.advance,
    async until(what, holds, within = minutes(5)) {
      const begun = clock.monotonic()
      while (!holds()) {
        if (clock.monotonic() - begun > within) throw new Error(`Cannot see ${what} within ${within} ms: ${story(lab)}`)
        await clock.advance(200)
      }
      return clock.monotonic() - begun
    },
    project: (at = key) => cluster.get(at),
    status(at = key) {
      const status = cluster.get(at)?.status
      if (status === undefined) throw new Error(`Cannot find a status of ${at}`)
      return status
    },
    condition: (type, at = key) => getCondition(cluster.get(at)?.status?.conditions ?? [], type),
    told(type, at = key) {
      const condition = lab.condition(type, at)
      return condition && `${condition.status} ${condition.reason}`
    },
    untilReady: (at = key) => lab.until('Ready', () => lab.told('Ready', at) === 'True Available'),
    account() {
      const [first] = simulated.control.state().projects
      if (first === undefined) throw new Error('Nobody has called Hetzner yet')
      return first
    },
    server: () => lab.account().servers[0],
    ip: () => lab.account().primaryIPs.find(({ type }) => type === 'ipv4'),
    webhook: (token = botToken) => simulator.registry.get(Number(token.split(':')[0]))?.webhook?.url ?? '',
    async stealWebhook(url) {
      const bot = simulator.registry.open(botToken, 'getme')
      await simulator.changeWebhook(
        bot,
        new Map([
          ['url', url],
          ['ip_address', '192.0.2.7'],
        ]),
      )
    },
    calls(service = 'hcloud') {
      const sums: Record<string, number> = {}
      for (const { method, path, count } of lab[service].requests.counts())
        sums[`${method} ${path}`] = (sums[`${method} ${path}`] ?? 0) + count
      return sums
    },
    async close() {
      await lab.operator.stop()
      thrown.push(...lab.operator.thrown)
      simulated.stop()
      simulator.stop()
      const threw = thrown.map(({ error }) => `a pass threw: ${error}`)
      const told = events.violations([hetznerToken, botToken.split(':')[1] as string])
      return [...cluster.violations, ...undescribed, ...leaks(cluster), ...told, ...threw]
    },
  }
  return lab
}

/** R9: no token in any object of the kind. */
function leaks(cluster: VirtualCluster): string[] {
  const all = JSON.stringify([cluster.list(), cluster.writes])
  return [hetznerToken, botToken.split(':')[1] as string].flatMap((secret) =>
    all.includes(secret) ? ['a status holds a token'] : [],
  )
}

function story(lab: VirtualLab): string {
  const { summary, conditions = [] } = lab.project()?.status ?? {}
  return [
    summary,
    ...conditions.map(({ type, status, reason, message }) => `${type}=${status} ${reason} ${message}`),
  ].join('\n  ')
}

/** A bot's Project, as users apply it. */
export const applyBot = (
  lab: VirtualLab,
  change: Parameters<typeof botSpec>[0] = {},
  annotations?: Record<string, string>,
) => lab.cluster.apply({ spec: botSpec(change), ...(annotations !== undefined && { annotations }) })

/** A world with one Project that is Ready. */
export async function readyLab(
  options: LabOptions & { spec?: Parameters<typeof botSpec>[0] } = {},
): Promise<VirtualLab> {
  const lab = await virtualLab(options)
  applyBot(lab, options.spec)
  await lab.untilReady()
  await lab.advance(seconds(5))
  return lab
}
