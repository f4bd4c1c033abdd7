// How long a failing key waits: doubling per failure in a row, jittered so that keys that failed together part again.

import { type Duration, minutes } from '../../clock.ts'

export interface Backoff {
  /** Counts one more failure of the key and says how long to wait. */
  next(key: string): Duration
  /** Failures in a row so far. */
  failures(key: string): number
  /** The key has succeeded. */
  forget(key: string): void
}

export interface BackoffDeps {
  /** In [0, 1). */
  random: () => number
  first?: Duration
  cap?: Duration
}

/** Doubles from `first` to `cap`; the wait lies between half of that and all of it. */
export function createBackoff({ random, first = 250, cap = minutes(5) }: BackoffDeps): Backoff {
  const counts = new Map<string, number>()
  return {
    next(key) {
      const failures = counts.get(key) ?? 0
      counts.set(key, failures + 1)
      const full = Math.min(cap, first * 2 ** failures)
      return full * (0.5 + random() / 2)
    },
    failures: (key) => counts.get(key) ?? 0,
    forget: (key) => void counts.delete(key),
  }
}
