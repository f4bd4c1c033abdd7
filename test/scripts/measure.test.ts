import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inSeconds } from '../../scripts/demo/gutter.ts'
import { brokenBounds, longestChain, measureTable, percentile } from '../../scripts/demo/measure.ts'

describe('percentile', () => {
  it.each([
    { values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], share: 0.5, want: 5 },
    { values: [10, 9, 1], share: 1, want: 10 },
    { values: Array.from({ length: 50 }, (_, index) => index + 1), share: 0.95, want: 48 },
    { values: [7], share: 0.5, want: 7 },
  ])('$share of $values is $want', ({ values, share, want }) => expect(percentile(values, share)).toBe(want))

  it('is a value that was seen, and at least that share is not above it', () => {
    const values = fc.array(fc.integer(), { minLength: 1 })
    const share = fc.double({ min: 0.01, max: 1, noNaN: true })
    fc.assert(
      fc.property(values, share, (all, part) => {
        const found = percentile(all, part)
        expect(all).toContain(found)
        expect(all.filter((one) => one <= found).length).toBeGreaterThanOrEqual(part * all.length)
      }),
    )
  })
})

describe('bounds', () => {
  const bound = { most: 30_000, words: 'p95 at most 30.0 s' }
  it('hold up to the most', () => expect(brokenBounds([{ what: 'Ready', values: [30_000], bound }])).toEqual([]))
  it('are broken above it', () =>
    expect(brokenBounds([{ what: 'Ready', values: [30_001], bound }])).toEqual([expect.stringContaining('Ready')]))
  it('are broken by what was never seen', () => {
    expect(brokenBounds([{ what: 'Ready', values: [Number.NaN], bound }])).toHaveLength(1)
    expect(brokenBounds([{ what: 'Ready', values: [], bound }])).toHaveLength(1)
  })
  it('are told beside the figures', () => {
    const [, line] = measureTable([{ what: 'Ready', values: [26_000, 28_000], bound }])
    expect(line).toMatch(/Ready +26\.0 s +28\.0 s +28\.0 s {3}p95 at most 30\.0 s$/)
  })
})

describe('the longest chain', () => {
  const at = (...times: number[]) => times.map((time) => ({ at: time }))
  it.each([
    { name: 'counts what can have followed one another', requests: at(0, 1_000, 2_000), want: 3 },
    { name: 'counts what ran side by side once', requests: at(0, 10, 20, 1_010), want: 2 },
    { name: 'does not care for the order of the log', requests: at(2_000, 0, 1_000), want: 3 },
    { name: 'is nothing without requests', requests: at(), want: 0 },
  ])('$name', ({ requests, want }) => expect(longestChain(requests, 1_000)).toBe(want))
})

describe('a figure in seconds', () => {
  it.each([
    [0, '0 ms'],
    [7.4, '7 ms'],
    [99, '99 ms'],
    [99.9, '0.10 s'],
    [994, '0.99 s'],
    [999, '1.0 s'],
    [26_440, '26.4 s'],
  ])('%d ms is %s', (milliseconds, want) => expect(inSeconds(milliseconds)).toBe(want))
})
