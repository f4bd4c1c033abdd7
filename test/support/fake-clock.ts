// A Clock whose time moves only when the test says so. Also fits the simulators' clock, so one hand turns both worlds.

import type { CancelTimer, Clock } from '../../src/clock.ts'

interface Timer {
  at: number
  order: number
  run: () => void
}

export interface FakeClock extends Clock {
  /** Moves time forward, runs every timer that falls due in its order, and lets promises settle in between. */
  advance(milliseconds: number): Promise<void>
  /** How many timers wait: a test of a clean stop asks for none. */
  readonly pending: number
}

/** Two turns of the event loop: enough for promise chains and for `setImmediate` in the code under test. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** `settled` says when the code under test has come to rest between two timers; two turns of the event loop by default. */
export function fakeClock(start = Date.UTC(2026, 0, 1), settled: () => Promise<void> = settle): FakeClock {
  // Kept apart from the date: a fraction of a millisecond is lost beside a number as large as a date.
  let elapsed = 0
  let created = 0
  const timers = new Set<Timer>()

  const due = (until: number): Timer | undefined =>
    [...timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0]

  return {
    now: () => Math.floor(start + elapsed),
    monotonic: () => elapsed,
    schedule(after, run): CancelTimer {
      const timer = { at: elapsed + Math.max(after, 0), order: created++, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    async advance(milliseconds) {
      const until = elapsed + milliseconds
      await settled()
      for (let next = due(until); next !== undefined; next = due(until)) {
        timers.delete(next)
        elapsed = next.at
        next.run()
        await settled()
      }
      elapsed = until
    },
    get pending() {
      return timers.size
    },
  }
}
