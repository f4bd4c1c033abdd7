// Two operators on one cluster and in one world. Each has a proxy of its own before it: who has asked what, and when, is what
// the proxy has seen, never what an operator says.

import { randomInt } from 'node:crypto'
import path from 'node:path'
import { renderChart } from '../../scripts/helm/render-chart.ts'
import { type Operator, startOperator } from '../../scripts/lab/operator.ts'
import { systemClock } from '../../simulators/kit/clock.ts'
import { serve } from '../../simulators/kit/serve.ts'
import { createWorld, type World } from '../../simulators/world.ts'
import { type Arena, openArena } from '../crash/arena.ts'
import { createProxyFaults } from '../proxy/proxy-faults.ts'
import { createRecordingProxy } from '../proxy/recording-proxy.ts'
import { createSeenCalls, type SeenCall } from '../proxy/seen-calls.ts'
import { type Api, controlPlane, waitFor } from '../support/control-plane.ts'
import { clearProjects } from '../support/test-lab.ts'
import { type SlowFront, startSlowFront } from './slow-front.ts'

/** One place for an operator; a new process may take the place of one that has ended. */
export interface Replica {
  readonly name: string
  readonly calls: SeenCall[]
  readonly operator: Operator
  /** Connections that it is just making. */
  readonly connecting: number
  /** Holds the Lease, as far as the API server has told it. */
  readonly leads: boolean
  start(): Promise<void>
  /** What goes wrong between it and the API server from now on, as a fault plan words it. */
  strike(fault: object): void
  /** Takes all of that back. */
  calm(): void
}

export interface Pair {
  readonly api: Api
  readonly world: World
  readonly replicas: readonly [Replica, Replica]
  /** Resolves when one leads, and answers it and the other one. */
  leader(): Promise<{ leader: Replica; standby: Replica }>
  holder(): Promise<string>
  close(): Promise<void>
}

export interface PairOptions {
  /** Flags of the election. */
  times?: readonly string[]
  /** How long each connection takes, in milliseconds. */
  connecting?: () => number
}

/** As short as a busy machine allows: a leader must not lose its lease by itself. */
export const shortTimes = [
  ...['--leader-elect-lease-duration', '4s', '--leader-elect-renew-deadline', '3s'],
  ...['--leader-elect-retry-period', '500ms'],
]

const intervals = [
  ...['--hcloud-sweep-interval', '2s', '--hcloud-action-poll-interval', '50ms'],
  ...['--hcloud-list-lag', '500ms', '--hcloud-removal-interval', '300ms', '--hcloud-status-interval', '500ms'],
  ...['--boot-probe-interval', '100ms', '--drain', '1500ms', '--log-level', 'debug'],
]

const quick = {
  bootSeconds: 0,
  hcloud: { createSeconds: 1, startSeconds: 1, shutdownSeconds: 0.5, deleteSeconds: 0.5, firewallSeconds: 0.5 },
  telegram: { newBotThrottle: false },
}

const lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { namespace: 'botyard-system', name: 'botyard' },
}

/** The rights that the chart gives two replicas, for as long as the control plane lives: they include those of one. */
async function grantLease(api: Api): Promise<void> {
  const objects = await renderChart({ values: { replicaCount: 2 } })
  for (const object of objects.filter(({ kind }) => kind === 'Role'))
    await api.apply({ ...object, metadata: { ...object.metadata, namespace: lease.metadata.namespace } })
}

export async function openPair({ times = [], connecting = () => 0 }: PairOptions = {}): Promise<Pair> {
  const arena = await openArena()
  const { api } = arena
  // So that the fronts of Hetzner and Telegram can end TLS: an operator takes the authority of the proxies for a public one.
  process.env['NODE_EXTRA_CA_CERTS'] = path.join(arena.podDirectory, 'ca.crt')
  await clearProjects(api)
  await grantLease(api)
  await api.delete(lease)
  const world = createWorld({ clock: systemClock({ speed: 10 }), seed: randomInt(1, 2 ** 31), ...quick })
  const servers = { hcloud: await serve(world.hcloud.fetch), telegram: await serve(world.telegram.fetch) }
  const place = (name: string) =>
    openPlace({ arena, name, times, connecting, hcloud: servers.hcloud.url, telegram: servers.telegram.url })
  const places = [await place('a'), await place('b')] as const
  for (const each of places) await each.replica.start()
  for (const { replica } of places) await replica.operator.untilReady()
  const replicas = [places[0].replica, places[1].replica] as const

  return {
    ...{ api, world, replicas },
    leader: () =>
      waitFor(
        'a leader',
        async () => {
          const leader = replicas.find((replica) => replica.operator.running && replica.leads)
          const standby = replicas.find((replica) => replica !== leader)
          return leader && standby && { leader, standby }
        },
        { within: 60_000, every: 20 },
      ),
    holder: async () => (await api.find(lease))?.['spec']?.holderIdentity ?? '',
    async close() {
      for (const each of places) await each.close()
      world.stop()
      await Promise.all(Object.values(servers).map((server) => server.close()))
      await clearProjects(api)
      await api.delete(lease)
      await arena.close()
      delete process.env['NODE_EXTRA_CA_CERTS']
    },
  }
}

interface PlaceOptions {
  arena: Arena
  name: string
  times: readonly string[]
  connecting: () => number
  hcloud: string
  telegram: string
}

/** A write of the Lease. */
const isRenewal = ({ world, verb, path: target }: SeenCall) =>
  world === 'kubernetes' && target.includes('/leases') && verb !== 'GET'

/** The last write by which a process took the Lease, for the first time or again. */
export const lastHold = (calls: readonly SeenCall[]): SeenCall | undefined =>
  calls.findLast((call) => isRenewal(call) && call.status !== undefined && call.status < 300)

async function openPlace(o: PlaceOptions): Promise<{ replica: Replica; close(): Promise<void> }> {
  const { calls, listener } = createSeenCalls()
  const { directory } = await controlPlane()
  const { options, strike, calm } = createProxyFaults({ api: o.arena.api, directory })
  const proxy = await createRecordingProxy({
    ...{ kubernetes: o.arena.kubernetes, hcloud: o.hcloud, telegram: o.telegram, authority: o.arena.authority },
    ...{ ...options, listener },
  })
  const tls = await o.arena.authority.issueServer('slow-front')
  const front = (url: string, secured: boolean): Promise<SlowFront> =>
    startSlowFront({ target: Number(new URL(url).port), delay: o.connecting, ...(secured && { tls }) })
  const fronts = {
    kubernetes: await front(proxy.urls.kubernetes, false),
    hcloud: await front(proxy.urls.hcloud, true),
    telegram: await front(proxy.urls.telegram, true),
  }
  const at = ({ port }: SlowFront) => `https://127.0.0.1:${port}`
  let operator: Operator | undefined

  const replica: Replica = {
    ...{ name: o.name, calls, strike, calm },
    get operator() {
      if (operator === undefined) throw new Error('Cannot ask for an operator that was not started')
      return operator
    },
    get connecting() {
      return Object.values(fronts).reduce((sum, { held }) => sum + held, 0)
    },
    get leads() {
      return lastHold(calls) !== undefined
    },
    async start() {
      calls.splice(0)
      operator = await startOperator({
        program: o.arena.program,
        access: { pod: { url: at(fronts.kubernetes), directory: o.arena.podDirectory } },
        hcloud: `${at(fronts.hcloud)}/v1`,
        telegram: at(fronts.telegram),
        log: path.join(o.arena.directory, `${o.name}.log`),
        args: [...intervals, '--leader-elect', ...o.times],
      })
    },
  }
  return {
    replica,
    async close() {
      await operator?.kill()
      for (const each of Object.values(fronts)) each.close()
      await proxy.close()
    },
  }
}

/** What only a leader may do: any call to the providers, and any write to the cluster but those of the election and reviews. */
export const isWork = ({ world, isWrite, path: target }: SeenCall): boolean =>
  world !== 'kubernetes' || (isWrite && !/\/leases|reviews$/.test(target))
