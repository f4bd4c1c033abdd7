// Virtual time for a whole world in one process: between two timers it waits until nothing moves any more, real key
// generation included, so that a slow machine sees the same story as a fast one.

import { type FakeClock, fakeClock } from './fake-clock.ts'

export interface VirtualTime {
  readonly clock: FakeClock
  /** Wraps what counts as a move: a call of the cluster, a request, an answer. */
  moves<Args extends unknown[], Result>(run: (...args: Args) => Promise<Result>): (...args: Args) => Promise<Result>
}

/** Quiet turns of the event loop that count as rest: promise chains through web streams take a few. */
const quietTurns = 5

/** More timers than this at one instant are a loop that asks for another look at once, for ever. */
const mostAtOnce = 400

const mostTurns = 3_000
/** The same for a loop of promises alone, in which the event loop never turns. */
const mostMoves = 5_000
const spinning = (at: number) => `Cannot go on: time stands still at ${at} ms, something spins`

/** Work that happens in threads of Node: the loop turns and turns while it lasts. */
let inThreads = 0

const threaded = ['generateKey', 'exportKey', 'importKey', 'sign', 'verify', 'digest'] as const

/** Counts WebCrypto calls under way; there is no other way to see them. Done once a process. */
function watchThreads(): void {
  const subtle = Object.getPrototypeOf(crypto.subtle)
  if (subtle.isWatched) return
  subtle.isWatched = true
  for (const name of threaded) {
    const original = subtle[name]
    subtle[name] = async function watched(this: unknown, ...args: unknown[]) {
      inThreads += 1
      try {
        return await original.apply(this, args)
      } finally {
        inThreads -= 1
      }
    }
  }
}

export function virtualTime(): VirtualTime {
  watchThreads()
  let moved = 0
  let movedAtTurn = 0
  const instant = { at: 0, timers: 0 }

  function guardAgainstSpinning(): void {
    const now = clock.monotonic()
    instant.timers = instant.at === now ? instant.timers + 1 : 0
    instant.at = now
    if (instant.timers > mostAtOnce) throw new Error(spinning(now))
  }

  async function rest(): Promise<void> {
    guardAgainstSpinning()
    let seen = -1
    let turns = 0
    for (let quiet = 0; quiet < quietTurns; quiet++) {
      turns = inThreads > 0 ? 0 : turns + 1
      if (turns > mostTurns) throw new Error(spinning(clock.monotonic()))
      await new Promise((resolve) => setImmediate(resolve))
      movedAtTurn = moved
      if (moved !== seen || inThreads > 0) quiet = 0
      seen = moved
    }
  }

  const clock: FakeClock = fakeClock(Date.UTC(2026, 0, 1), rest)
  return {
    clock: {
      now: clock.now,
      monotonic: clock.monotonic,
      advance: clock.advance,
      get pending() {
        return clock.pending
      },
      schedule(after, run) {
        moved += 1
        const cancel = clock.schedule(after, run)
        return () => {
          moved += 1
          cancel()
        }
      },
    },
    moves:
      (run) =>
      async (...args) => {
        moved += 1
        if (moved - movedAtTurn > mostMoves) throw new Error(spinning(clock.monotonic()))
        try {
          return await run(...args)
        } finally {
          moved += 1
        }
      },
  }
}
