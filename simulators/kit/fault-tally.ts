// When a fault hits: counts what matches it, within its time, and says which of the matches are hit.

import type { Clock } from './clock.ts'
import type { Count, Window } from './fault.ts'

export interface Tally {
  /** Counts a match, and says whether it is to be hit. Outside of its time nothing counts. */
  match(): boolean
  /** Counts a hit. */
  hit(): void
  /** Whether the next match might be hit, without counting one. */
  isOn(): boolean
  /** Whether it can never hit again. */
  isSpent(): boolean
  hits(): number
}

export interface TallyDeps {
  clock: Clock
  /** Uniform in [0, 1); drawn once for each match past `skip`, whatever becomes of it, so that the draws stay in step. */
  random(): number
}

/** Its time starts now. */
export function createTally(
  { skip = 0, times = Infinity, chance = 1, from = 0, until = Infinity }: Count & Window,
  { clock, random }: TallyDeps,
): Tally {
  const start = clock.monotonic()
  let matches = 0
  let hits = 0
  const seconds = () => (clock.monotonic() - start) / 1_000
  const isSpent = () => hits >= times || seconds() >= until
  return {
    match() {
      if (isSpent() || seconds() < from) return false
      matches += 1
      return matches > skip && random() < chance
    },
    hit() {
      hits += 1
    },
    isOn: () => !isSpent() && seconds() >= from && matches >= skip,
    isSpent,
    hits: () => hits,
  }
}
