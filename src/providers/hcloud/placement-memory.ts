// Remembers which type was sold out where, so that the fallback order is not walked from its beginning in each pass.

import type { Clock, Duration } from '../../clock.ts'
import type { PlacementMemory, TypeInLocation } from './account.ts'

export interface PlacementMemoryDeps {
  clock: Clock
  random: () => number
  /** How long a pair is not asked for again. */
  memory: Duration
}

export function createPlacementMemory({ clock, random, memory }: PlacementMemoryDeps): PlacementMemory {
  const until = new Map<string, Duration>()

  const keyOf = ({ type, location }: TypeInLocation) => `${type} ${location}`

  function retryAfter(pair: TypeInLocation): Duration {
    const left = (until.get(keyOf(pair)) ?? 0) - clock.monotonic()
    if (left > 0) return left
    until.delete(keyOf(pair))
    return 0
  }

  return {
    isSoldOut: (pair) => retryAfter(pair) > 0,
    // Jitter, so that not every Project of the account asks again in the same second.
    soldOut: (pair) => void until.set(keyOf(pair), clock.monotonic() + memory * (0.8 + 0.4 * random())),
    retryAfter,
  }
}
