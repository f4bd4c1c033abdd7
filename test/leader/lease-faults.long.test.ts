// The long form of lease-faults.cluster.test.ts: every way in which calls get lost or late, with the times of the chart.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { callsFor, expectKept, expectLost, oneCall, theft } from './lease-faults.ts'
import { openPair, type Pair } from './pair.ts'

vi.setConfig({ testTimeout: 120_000 })

let pair: Pair
beforeAll(async () => {
  pair = await openPair()
})
afterAll(() => pair?.close())

describe('a leader keeps its Lease when', () => {
  it.each([
    { what: 'calls for it do not arrive for 9 s', fault: callsFor(9, { kind: 'before' }) },
    { what: 'calls for it arrive, and answers are lost, for 9 s', fault: callsFor(9, { kind: 'after' }) },
    { what: 'the answer to one renewal comes 9 s late', fault: oneCall({ kind: 'late', ms: 9_000 }) },
    { what: 'one renewal arrives 9 s late', fault: oneCall({ kind: 'held', ms: 9_000 }) },
  ])('$what', ({ fault }) => expectKept(pair, fault))
})

describe('a leader loses its Lease, ends with an error and begins nothing afterwards, when', () => {
  // Who sees the Lease change counts from then: a renewal whose answer got lost counts for the others.
  it.each([
    { what: 'calls for it do not arrive for 11 s', fault: callsFor(11, { kind: 'before' }), followed: 20_000 },
    {
      what: 'calls for it arrive, and answers are lost, for 11 s',
      fault: callsFor(11, { kind: 'after' }),
      followed: 30_000,
    },
    { what: 'every answer comes 11 s late', fault: callsFor(30, { kind: 'late', ms: 11_000 }), followed: 30_000 },
    { what: 'every call arrives 11 s late', fault: callsFor(30, { kind: 'held', ms: 11_000 }), followed: 40_000 },
  ])('$what', ({ fault, followed }) => expectLost(pair, { fault, begins: 10_000, followed }))

  it('somebody steals it', async () => {
    await expectLost(pair, { fault: theft, begins: 2_000 + 1_000, followed: 2_000 + 20_000 })
    expect(await pair.holder()).not.toBe('thief')
  })
})
