// A clock whose timers can all be taken back at once.

import type { Clock } from '../kit/clock.ts'

export function stoppableClock(clock: Clock): Clock & { stop(): void } {
  const pending = new Set<() => void>()
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    schedule(after, run) {
      const cancel = () => {
        pending.delete(cancel)
        takeBack()
      }
      const takeBack = clock.schedule(after, () => {
        pending.delete(cancel)
        run()
      })
      pending.add(cancel)
      return cancel
    },
    stop() {
      for (const cancel of [...pending]) cancel()
    },
  }
}
