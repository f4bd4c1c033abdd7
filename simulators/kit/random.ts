// Chance that repeats itself: the same seed gives the same numbers.

/** Mulberry32: uniform in [0, 1), good enough for jitter and for drawing faults. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One of many streams of a seed, by its number: what is drawn from one does not move the others. */
export const seededStream = (seed: number, number: number): (() => number) =>
  seededRandom(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(number, 0xc2b2ae35))
