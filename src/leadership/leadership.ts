// Whether this process may work: always where it is the only one, while it holds the Lease where there are several.

import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { type Clock, type Duration, hours } from '../clock.ts'
import { createLeaderElector } from '../controller/election/leader-election.ts'
import type { LeaderEvent } from '../controller/election/leader-state.ts'
import type { LeaseStore, LeaseTimes } from '../controller/election/lease-store.ts'
import { createFence, type Fence, openFence } from './fence.ts'

export interface Leadership {
  readonly fence: Fence
  readonly leads: boolean
  /** R4: monotonic time from which no other process can have begun a call. */
  readonly soleSince: Duration
  /** Contends from now on; resolves when this process leads, rejects with the signal's reason. */
  lead(signal: AbortSignal): Promise<void>
  /** Resolves with the reason when the leadership is lost, for good; else never. */
  readonly lost: Promise<string>
  /** Gives the leadership away. Only after all work has ended. Never rejects. */
  release(): Promise<void>
}

export interface LeadershipDeps {
  /** Without them there is no other process: a chart or a person sees to that. */
  readonly times?: LeaseTimes | undefined
  readonly store: () => LeaseStore
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Logger
  /** Where it is counted; asked for only where there is an election. */
  readonly election: () => ElectionCounter
}

export interface ElectionCounter {
  leads(leads: boolean): void
  /** A renewal that had to read the Lease first. */
  slowPath(): void
}

export function createLeadership({ times, ...deps }: LeadershipDeps): Leadership {
  return times === undefined ? sole(deps.clock) : elected({ times, ...deps })
}

function sole(clock: Clock): Leadership {
  return {
    fence: openFence,
    leads: true,
    soleSince: clock.monotonic(),
    lead: async () => {},
    lost: new Promise(() => {}),
    release: async () => {},
  }
}

function elected({ times, store, clock, random, log, election }: LeadershipDeps & { times: LeaseTimes }): Leadership {
  // The fence is part of the transport, and the transport of the store: so the store is asked for when it is needed.
  const lazy: LeaseStore = {
    get: (options) => store().get(options),
    create: (spec, options) => store().create(spec, options),
    update: (lease, spec, options) => store().update(lease, spec, options),
  }
  // Another one for each process: whether an earlier one of this pod has ended, nobody can see by a name.
  const identity = `${hostname()}_${randomUUID()}`
  const counter = election()
  const tell = (event: LeaderEvent) => {
    report(event, log)
    count(event, counter)
  }
  const elector = createLeaderElector({ ...times, store: lazy, clock, random, identity, tell })
  const renewedAt = () => (elector.state.kind === 'leading' ? elector.state.renewedAt : undefined)
  const stopping = new AbortController()
  const lost = Promise.withResolvers<string>()
  let running: Promise<unknown> = Promise.resolve()

  return {
    fence: createFence({ ...times, clock, renewedAt }),
    get leads() {
      return elector.state.kind === 'leading'
    },
    get soleSince() {
      const { state } = elector
      // Who asks without leading is not to conclude anything from an absence.
      return state.kind === 'leading' ? state.since + times.leaseDuration : clock.monotonic() + hours(1)
    },
    lead(signal) {
      running = elector.run(stopping.signal).then(() => {
        if (elector.state.kind === 'lost') lost.resolve(elector.state.why)
      })
      return elector.whenLeading(signal)
    },
    lost: lost.promise,
    async release() {
      stopping.abort(new DOMException('Leadership given up', 'AbortError'))
      await running
      await elector.release()
    },
  }
}

function count({ kind }: LeaderEvent, counter: ElectionCounter): void {
  if (kind === 'leading') counter.leads(true)
  if (kind === 'lost' || kind === 'released') counter.leads(false)
  if (kind === 'overtaken') counter.slowPath()
}

function report(event: LeaderEvent, log: Logger): void {
  if (event.kind === 'following') log.info({ leader: event.holder }, 'Botyard stands by')
  if (event.kind === 'leading') log.info('Botyard leads')
  if (event.kind === 'released') log.info('The Lease has been given back')
  if (event.kind === 'failed') log.warn({ err: event.error }, 'A call for the Lease failed; it is made again')
  if (event.kind === 'overtaken') log.info('Somebody has written the Lease; it is read again')
  if (event.kind === 'odd') log.warn(`The Lease makes no sense: ${event.what}`)
}
