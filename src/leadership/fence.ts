// R2 and R3: how long a call may take that begins now, judged by the monotonic age of the lease; and whether it may begin.

import { type Clock, type Duration, seconds } from '../clock.ts'

/** R3: below the lease duration, so that a call of a lost leader has ended before the next leader begins. */
export const longestCall: Duration = seconds(10)

/** Between the end of a leader's last call and the moment at which another may take the lease over. */
const margin: Duration = seconds(1)

export interface Fence {
  /** Milliseconds that a call which begins now may take, at most `longestCall`; 0: none may begin. */
  allowance(): Duration
}

/** Without leader election: only the longest call bounds a call. */
export const openFence: Fence = { allowance: () => longestCall }

export interface FenceDeps {
  readonly clock: Clock
  readonly leaseDuration: Duration
  readonly renewDeadline: Duration
  /** Monotonic time at which the last renewal that succeeded was begun; undefined: not the leader. */
  readonly renewedAt: () => Duration | undefined
}

/**
 * Looks at the clock each time it is asked and trusts no timer: in a process that was frozen and thawed, timers are late.
 * A clock that stands still while the whole machine sleeps shows it nothing; names and versions are the net below it.
 */
export function createFence({ clock, leaseDuration, renewDeadline, renewedAt }: FenceDeps): Fence {
  return {
    allowance() {
      const renewed = renewedAt()
      if (renewed === undefined) return 0
      const age = clock.monotonic() - renewed
      return age < renewDeadline ? Math.max(Math.min(longestCall, leaseDuration - age - margin), 0) : 0
    },
  }
}
