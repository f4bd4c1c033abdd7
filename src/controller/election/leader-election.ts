// One leader among several processes, by a Lease. Contract: whoever leads has renewed within the renew deadline by its own
// monotonic clock, and nobody takes a lease over whose record has not stood unchanged for its whole duration by theirs. No
// clock is ever compared with another, so neither skew nor a jump of the wall clock makes two leaders.

import { type Clock, type Duration, sleep } from '../../clock.ts'
import { abortable } from '../abortable.ts'
import { createStandby } from './leader-standby.ts'
import type { LeaderEvent, LeaderState, Next } from './leader-state.ts'
import { holderOf, type Lease } from './lease-record.ts'
import { createLeaseCalls, type LeaseCalls, type LeaseStore, type LeaseTimes } from './lease-store.ts'

export interface LeaderElectionDeps extends LeaseTimes {
  readonly store: LeaseStore
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Unlike that of any other process, also of an earlier one in the same pod. */
  readonly identity: string
  readonly tell?: (event: LeaderEvent) => void
}

export interface LeaderElector {
  /** Contends, leads and renews until the signal aborts or the leadership is lost. Never rejects. */
  run(signal: AbortSignal): Promise<'stopped' | 'lost'>
  /** Resolves when this process leads; rejects with the signal's reason. */
  whenLeading(signal: AbortSignal): Promise<void>
  /** Gives the lease to whoever asks next. Only after `run` and all work that needs the lease have ended. Never rejects. */
  release(): Promise<void>
  readonly state: LeaderState
}

type Leading = Extract<LeaderState, { kind: 'leading' }>

export function createLeaderElector(deps: LeaderElectionDeps): LeaderElector {
  const { clock, renewDeadline } = deps
  const tell = guarded(deps.tell)
  const calls = createLeaseCalls(deps)
  const standby = createStandby({ ...deps, calls, tell })
  const renew = createRenewal({ ...deps, calls, tell })
  const elected = Promise.withResolvers<void>()
  let state: LeaderState = { kind: 'following', record: undefined }

  async function step(signal: AbortSignal): Promise<Next> {
    if (state.kind === 'lost') return { state, at: 0 }
    const next = await (state.kind === 'leading' ? renew(state, signal) : standby.contend(state.record, signal))
    // Also what has just succeeded may be over: the process may have been frozen between the answer and now.
    return next.state.kind === 'leading' && clock.monotonic() - next.state.renewedAt >= renewDeadline
      ? { state: { kind: 'lost', why: tooLate }, at: 0 }
      : next
  }

  function enter(next: LeaderState): void {
    const before = state.kind
    state = next
    if (next.kind === 'lost') tell(next)
    if (next.kind !== 'leading' || before === 'leading') return
    tell({ kind: 'leading' })
    elected.resolve()
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        const next = await step(signal)
        enter(next.state)
        if (next.state.kind === 'lost') return 'lost'
        await sleep(clock, Math.max(next.at - clock.monotonic(), 0), signal).catch(() => {})
      }
      return 'stopped'
    },
    whenLeading: (signal) => abortable(elected.promise, signal),
    async release() {
      const before = state
      if (before.kind === 'lost' || !standby.mayHold) return
      // Before the call, so that nothing counts on the lease while it is being given away.
      state = { kind: 'following', record: undefined }
      const known = before.kind === 'leading' ? before.lease : undefined
      await giveBack({ calls, identity: deps.identity, tell, known }).catch((error) => tell({ kind: 'failed', error }))
    },
    get state() {
      return state
    },
  }
}

const tooLate = 'it has not been renewed in time'

type RenewalDeps = LeaderElectionDeps & { calls: LeaseCalls; tell: (event: LeaderEvent) => void }

/** One renewal: with the version that our own last write has answered, so that it needs no read as long as nobody interferes. */
function createRenewal({ calls, clock, random, identity, renewDeadline, retryPeriod, tell }: RenewalDeps) {
  const retry = (): Duration => clock.monotonic() + (retryPeriod / 4) * (1 + random() / 5)
  const isTaken = (lease: Lease) => !['', identity].includes(holderOf(lease))
  const lost = (why: string): Next => ({ state: { kind: 'lost', why }, at: 0 })

  async function attempt(leading: Leading, o: { begun: Duration; end: Duration; signal: AbortSignal }): Promise<Next> {
    const bounds = { signal: o.signal, within: o.end - o.begun }
    const lease = leading.lease ?? (await calls.read(bounds))
    if (lease !== undefined && isTaken(lease)) return lost(`${JSON.stringify(holderOf(lease))} has taken it`)
    const held = await calls.hold(lease, bounds)
    if (typeof held !== 'string')
      return { state: { ...leading, renewedAt: o.begun, lease: held }, at: o.begun + retryPeriod }
    // Our own write whose answer was lost, perhaps, or a label; or somebody else holds it. The first look is made at once.
    tell({ kind: 'overtaken' })
    return { state: { ...leading, lease: undefined }, at: leading.lease ? o.begun : Math.min(retry(), o.end) }
  }

  return async function renew(leading: Leading, signal: AbortSignal): Promise<Next> {
    const begun = clock.monotonic()
    const end = leading.renewedAt + renewDeadline
    if (begun >= end) return lost(tooLate)
    try {
      return await attempt(leading, { begun, end, signal })
    } catch (error) {
      if (!signal.aborted) tell({ kind: 'failed', error })
      return { state: leading, at: Math.min(retry(), end) }
    }
  }
}

interface Gift {
  calls: LeaseCalls
  identity: string
  tell: (event: LeaderEvent) => void
  known: Lease | undefined
}

/** Asks once more when somebody has written it in between; what is no longer ours is left alone. */
async function giveBack({ calls, identity, tell, known }: Gift): Promise<void> {
  const bounds = { signal: new AbortController().signal }
  let lease = known ?? (await calls.read(bounds))
  for (let tries = 0; tries < 2 && lease !== undefined && holderOf(lease) === identity; tries++) {
    if (typeof (await calls.give(lease, bounds)) !== 'string') return tell({ kind: 'released' })
    lease = await calls.read(bounds)
  }
}

/** A log that fails must not cost the leadership. */
function guarded(tell: LeaderElectionDeps['tell']): (event: LeaderEvent) => void {
  return (event) => {
    try {
      tell?.(event)
    } catch {}
  }
}
