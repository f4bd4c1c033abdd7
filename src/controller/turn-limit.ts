// Gives the event loop its turn. Runs that wait for nothing follow each other without one: ten thousand of them would keep
// the lease from being renewed and every socket from being read.

import type { Clock, Duration } from '../clock.ts'

export interface TurnLimit {
  /** What to await before the next run; undefined while there is time left. */
  readonly pause: Promise<void> | undefined
}

export interface TurnLimitDeps {
  readonly clock: Clock
  /** Resolves after timers and sockets have had their turn. */
  readonly nextTurn: () => Promise<void>
}

/** Short beside what a waiting reader notices, long beside what a turn costs. */
const longestTurn: Duration = 10

export function createTurnLimit({ clock, nextTurn }: TurnLimitDeps): TurnLimit {
  let began = clock.monotonic()
  let pause: Promise<void> | undefined

  async function giveTurn(): Promise<void> {
    await nextTurn()
    began = clock.monotonic()
    pause = undefined
  }

  return {
    get pause() {
      if (pause === undefined && clock.monotonic() - began >= longestTurn) pause = giveTurn()
      return pause
    },
  }
}
