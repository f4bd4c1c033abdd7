// Figures from many: percentiles, the bounds they are held to, and how many calls had to wait for one another. Pure.

import { figureLine, inSeconds } from './gutter.ts'

export interface Measure {
  what: string
  /** Milliseconds, one of each Project. */
  values: readonly number[]
  /** For the 95th percentile, in milliseconds. */
  bound?: { most: number; words: string }
}

/** Nearest rank: a value that was really seen, never one between two. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export function measureTable(measures: readonly Measure[]): string[] {
  const cells = (figures: readonly string[]) => figures.map((figure) => figure.padStart(10)).join('')
  const row = ({ what, values, bound }: Measure) => {
    const figures = [0.5, 0.95, 1].map((share) => inSeconds(percentile(values, share)))
    return figureLine('', `${what.padEnd(22)}${cells(figures)}${bound === undefined ? '' : `   ${bound.words}`}`)
  }
  return [figureLine('', `${''.padEnd(22)}${cells(['p50', 'p95', 'max'])}`), ...measures.map(row)]
}

/** One line for each bound that does not hold. Something that was never seen holds no bound. */
export function brokenBounds(measures: readonly Measure[]): string[] {
  return measures.flatMap(({ what, values, bound }) => {
    const p95 = percentile(values, 0.95)
    return bound === undefined || p95 <= bound.most
      ? []
      : [`${what}: the 95th percentile is ${inSeconds(p95)}, and must be ${bound.words}`]
  })
}

/**
 * The most requests that can have followed one another when each takes `duration`: what one Project waited for, when
 * every answer was delayed by as much and no other Project called. `at` and `duration` in milliseconds.
 */
export function longestChain(requests: readonly { at: number }[], duration: number): number {
  // Clocks of two processes tell whole milliseconds.
  const tolerance = 5
  let free = Number.NEGATIVE_INFINITY
  let length = 0
  for (const { at } of requests.toSorted((a, b) => a.at - b.at)) {
    if (at < free - tolerance) continue
    length += 1
    free = at + duration
  }
  return length
}
