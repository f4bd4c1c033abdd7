// How long an account waits, remembers and distrusts: every time that an operator may set.

import type { Duration } from '../../clock.ts'

export interface AccountIntervals {
  /** Between two sweeps; grows beyond some 300 servers. */
  sweep: Duration
  /** Between two looks at a fresh action; grows to 5 s. */
  actionPoll: Duration
  /** How long a server type that was sold out in a location is not asked for there again; jittered. */
  soldOutMemory: Duration
  /** Lists may lag so long behind a write, so the answer to a write outlives lists that were asked for just after it. */
  listLag: Duration
  /** R4: how long a write without an answer may still take effect. */
  drain: Duration
}
