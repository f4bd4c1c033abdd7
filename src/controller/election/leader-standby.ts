// The side of an election that waits: looks at the Lease, and takes it when it is free or its record has stood unchanged for
// its whole duration. Until when that is, only the local monotonic clock says: the first sight of a record counts from now,
// because for how long it has stood there only clocks of others could tell.

import type { Clock, Duration } from '../../clock.ts'
import type { LeaderEvent, Next, SeenRecord } from './leader-state.ts'
import { durationOf, fingerprintOf, holderOf, type Lease, oddities } from './lease-record.ts'
import type { LeaseCalls } from './lease-store.ts'

export interface StandbyDeps {
  readonly calls: LeaseCalls
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly identity: string
  readonly leaseDuration: Duration
  readonly retryPeriod: Duration
  readonly tell: (event: LeaderEvent) => void
}

export interface Standby {
  /** One look, and one write when the lease can be had. Never rejects. */
  contend(record: SeenRecord | undefined, signal: AbortSignal): Promise<Next>
  /** A write of ours may have made the Lease ours, whatever came of its answer. */
  readonly mayHold: boolean
}

export function createStandby(deps: StandbyDeps): Standby {
  const { calls, clock, random, identity, retryPeriod, tell } = deps
  const told = { holder: '', odd: '' }
  let mayHold = false

  /** Jittered upwards by a fifth: those that were started together should part. */
  const period = (): Duration => retryPeriod * (1 + random() / 5)
  const follow = (record: SeenRecord | undefined, at: Duration): Next => ({ state: { kind: 'following', record }, at })

  function see(lease: Lease, before: SeenRecord | undefined): SeenRecord {
    report(lease)
    const fingerprint = fingerprintOf(lease)
    if (before?.fingerprint === fingerprint) return before
    // Ours while we follow: a write of ours has succeeded whose answer was lost.
    const isFree = ['', identity].includes(holderOf(lease))
    return { fingerprint, since: clock.monotonic(), duration: durationOf(lease, deps.leaseDuration), isFree }
  }

  function report(lease: Lease): void {
    const [holder, odd] = [holderOf(lease), oddities(lease, clock).join('; ')]
    if (holder !== '' && holder !== told.holder) tell({ kind: 'following', holder })
    if (odd !== '' && odd !== told.odd) tell({ kind: 'odd', what: odd })
    Object.assign(told, { holder, odd })
  }

  async function take(lease: Lease | undefined, o: { record: SeenRecord | undefined; signal: AbortSignal }) {
    const renewedAt = clock.monotonic()
    mayHold = true
    const held = await calls.hold(lease, { signal: o.signal })
    // Somebody was faster, and is seen with the next look.
    if (typeof held === 'string') return follow(o.record, clock.monotonic() + (retryPeriod / 8) * (1 + random()))
    const since = clock.monotonic()
    return { state: { kind: 'leading', since, renewedAt, lease: held }, at: renewedAt + retryPeriod } as const
  }

  return {
    async contend(before, signal) {
      const begun = clock.monotonic()
      let record = before
      try {
        const lease = await calls.read({ signal })
        record = lease && see(lease, before)
        if (record === undefined || isOpen(record, clock)) return await take(lease, { record, signal })
        // Not a whole period after the lease may have ended: every second without a leader counts.
        const end = record.since + record.duration + (random() * retryPeriod) / 20
        return follow(record, Math.min(begun + period(), end))
      } catch (error) {
        if (!signal.aborted) tell({ kind: 'failed', error })
        return follow(record, Math.max(begun + period(), clock.monotonic() + retryPeriod / 8))
      }
    },
    get mayHold() {
      return mayHold
    },
  }
}

const isOpen = ({ isFree, since, duration }: SeenRecord, clock: Clock): boolean =>
  isFree || clock.monotonic() - since >= duration
