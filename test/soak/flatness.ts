// Whether a row of measurements stays level. Pure.

export interface Level {
  /** Beyond the share, what chance may add. */
  slack: number
  /** By which the end may lie above the beginning; 0.1 by default. */
  share?: number
}

export interface Verdict {
  first: number
  last: number
  isFlat: boolean
}

/**
 * Compares the least value of the first third with that of the last one. Work that happens to be in hand adds to a
 * measurement, and never takes away: a leak lifts the least value, too.
 */
export function judge(values: readonly number[], { slack, share = 0.1 }: Level): Verdict {
  const third = Math.floor(values.length / 3)
  if (third === 0) throw new RangeError('Cannot judge fewer than three measurements')
  const first = Math.min(...values.slice(0, third))
  const last = Math.min(...values.slice(-third))
  return { first, last, isFlat: last <= first * (1 + share) + slack }
}
