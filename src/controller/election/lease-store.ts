// The one Lease as the election uses it: every call has an end, early enough that several tries fit into the renew deadline.

import { type Clock, type Duration, deadline } from '../../clock.ts'
import { abortable } from '../abortable.ts'
import { claim, type Lease, type LeaseClaim, surrender } from './lease-record.ts'

/** Over a socket that nothing else uses. A call that rejects may have taken effect. */
export interface LeaseStore {
  get(options: CallOptions): Promise<Lease | undefined>
  create(spec: LeaseClaim, options: CallOptions): Promise<Lease | 'exists'>
  /** Only if nobody has written since `lease` was read. */
  update(lease: Lease, spec: LeaseClaim, options: CallOptions): Promise<Lease | 'conflict' | 'gone'>
}

export interface CallOptions {
  readonly signal: AbortSignal
  /** The call must not even begin later than that: a process may be frozen on its way to the socket. */
  readonly timeout: Duration
}

export interface LeaseTimes {
  /** How long others leave a record alone that does not change. */
  readonly leaseDuration: Duration
  /** How long a leader goes on without a renewal that succeeded. */
  readonly renewDeadline: Duration
  /** Between two renewals, and between two looks of those that wait. */
  readonly retryPeriod: Duration
}

export interface LeaseCallsDeps extends LeaseTimes {
  readonly store: LeaseStore
  readonly clock: Clock
  readonly identity: string
}

export type Refusal = 'exists' | 'conflict' | 'gone'

interface Bounds {
  readonly signal: AbortSignal
  /** At most so long; by default a third of the renew deadline. */
  readonly within?: Duration
}

export interface LeaseCalls {
  read(bounds: Bounds): Promise<Lease | undefined>
  /** Makes it ours, or renews it; creates it where there is none. A refusal: somebody else was faster. */
  hold(lease: Lease | undefined, bounds: Bounds): Promise<Lease | Refusal>
  /** Makes it nobody's. */
  give(lease: Lease, bounds: Bounds): Promise<Lease | Refusal>
}

export function createLeaseCalls(deps: LeaseCallsDeps): LeaseCalls {
  const { store, clock, renewDeadline } = deps

  /** Raced, so that the end also holds for a store that does not heed its signal. */
  function bounded<T>(
    { signal, within = renewDeadline }: Bounds,
    make: (options: CallOptions) => Promise<T>,
  ): Promise<T> {
    // A connection that has died silently must not cost the leadership: its call ends, and the next one opens another.
    const timeout = Math.min(renewDeadline / 3, within)
    const limit = deadline(clock, timeout, signal)
    return abortable(make({ signal: limit.signal, timeout }), limit.signal).finally(limit.release)
  }

  return {
    read: (bounds) => bounded(bounds, store.get),
    hold(lease, bounds) {
      const spec = claim(lease, deps)
      return bounded<Lease | Refusal>(bounds, (options) =>
        lease === undefined ? store.create(spec, options) : store.update(lease, spec, options),
      )
    },
    give: (lease, bounds) => bounded(bounds, (options) => store.update(lease, surrender(lease, clock), options)),
  }
}
