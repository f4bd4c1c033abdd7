// A Lease as an API server keeps it, for several electors on one hand-turned clock: versions, refusals, and calls that fail,
// hang or lose their answer as a test says.

import type { Clock } from '../../../src/clock.ts'
import {
  createLeaderElector,
  type LeaderElectionDeps,
  type LeaderElector,
} from '../../../src/controller/election/leader-election.ts'
import type { LeaderEvent } from '../../../src/controller/election/leader-state.ts'
import type { Lease, LeaseClaim } from '../../../src/controller/election/lease-record.ts'
import type { CallOptions, LeaseStore } from '../../../src/controller/election/lease-store.ts'
import type { FakeClock } from '../../support/fake-clock.ts'

/** pass: as it should be; fail: nothing happens; lost: it happens, and nobody hears of it; deaf: no answer, not even to an abort. */
export type Weather = 'pass' | 'fail' | 'lost' | 'hang' | 'deaf'

export interface LeaseCall {
  by: string
  verb: 'get' | 'create' | 'update'
  at: number
  outcome: string
  spec?: LeaseClaim
  timeout: number
}

export function createLeaseWorld(clock: FakeClock) {
  let stored: (Lease & { spec: Record<string, unknown> }) | undefined
  let version = 0
  const calls: LeaseCall[] = []

  const world = {
    calls,
    /** What the next call of a process meets. */
    weather: (_call: Omit<LeaseCall, 'outcome'>): Weather => 'pass',
    get spec() {
      return stored?.spec
    },
    /** Somebody writes it, past all electors. */
    put(spec: Record<string, unknown>) {
      version += 1
      stored = { metadata: { uid: 'u1', resourceVersion: String(version) }, spec }
    },
    /** Somebody puts a label on it. */
    label() {
      version += 1
      if (stored) stored = { ...stored, metadata: { ...stored.metadata, resourceVersion: String(version) } }
    },
    remove() {
      stored = undefined
    },
    writes: (by?: string) => calls.filter((call) => call.verb !== 'get' && (by === undefined || call.by === by)),

    storeFor(by: string): LeaseStore {
      async function exchange<T>(
        verb: LeaseCall['verb'],
        options: CallOptions,
        o: { spec?: LeaseClaim; act: () => T },
      ) {
        const call = { by, verb, at: clock.monotonic(), timeout: options.timeout, ...(o.spec && { spec: o.spec }) }
        const record: LeaseCall = { ...call, outcome: 'none' }
        calls.push(record)
        const weather = world.weather(call)
        await Promise.resolve()
        if (weather !== 'pass' && weather !== 'lost') return noAnswer(weather, options.signal)
        const answer = o.act()
        record.outcome = typeof answer === 'string' ? answer : 'done'
        return weather === 'lost' ? untilAborted(options.signal) : answer
      }
      return {
        get: (options) => exchange('get', options, { act: () => stored as Lease | undefined }),
        create: (spec, options) =>
          exchange('create', options, {
            spec,
            act() {
              if (stored !== undefined) return 'exists' as const
              world.put({ ...spec })
              return stored as unknown as Lease
            },
          }),
        update: (lease, spec, options) =>
          exchange('update', options, {
            spec,
            act() {
              if (stored === undefined) return 'gone' as const
              if (stored.metadata.resourceVersion !== lease.metadata.resourceVersion) return 'conflict' as const
              world.put({ ...lease.spec, ...spec })
              return stored as Lease
            },
          }),
      }
    },
  }
  return world
}

function noAnswer(weather: 'fail' | 'hang' | 'deaf', signal: AbortSignal): Promise<never> {
  if (weather === 'fail') return Promise.reject(new Error('refused'))
  return weather === 'hang' ? untilAborted(signal) : new Promise(() => {})
}

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

export type LeaseWorld = ReturnType<typeof createLeaseWorld>

export const usualTimes = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000 }

export interface Contender {
  readonly elector: LeaderElector
  readonly events: LeaderEvent[]
  readonly ended: Promise<'stopped' | 'lost'>
  /** How `run` ended, if it has. */
  readonly end: () => 'stopped' | 'lost' | undefined
  /** It leads, and its fence would let it write. */
  readonly leads: () => boolean
  stop(): Promise<void>
  kinds(): string[]
}

/** A process that contends from now on. `clock`: its own, if it is not everybody's. */
export function contender(
  world: LeaseWorld,
  o: { identity: string; clock: Clock } & Partial<LeaderElectionDeps>,
): Contender {
  const events: LeaderEvent[] = []
  const stopping = new AbortController()
  let end: 'stopped' | 'lost' | undefined
  const deps = { ...usualTimes, random: () => 0.5, store: world.storeFor(o.identity), ...o }
  const elector = createLeaderElector({ tell: (event) => void events.push(event), ...deps })
  const ended = elector.run(stopping.signal).then((how) => {
    end = how
    return how
  })
  return {
    elector,
    events,
    ended,
    end: () => end,
    leads: () =>
      elector.state.kind === 'leading' && deps.clock.monotonic() - elector.state.renewedAt < deps.renewDeadline,
    async stop() {
      stopping.abort(new Error('stopped'))
      await ended
    },
    kinds: () => events.map(({ kind }) => kind),
  }
}
