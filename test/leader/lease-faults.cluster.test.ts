// The Lease is stolen, and calls for it are lost or late, while an operator leads (F13).

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { callsFor, expectKept, expectLost, theft } from './lease-faults.ts'
import { openPair, type Pair, shortTimes } from './pair.ts'

vi.setConfig({ testTimeout: 120_000 })

describe('a leader whose Lease is stolen', () => {
  let pair: Pair
  beforeAll(async () => {
    pair = await openPair({ times: shortTimes })
  })
  afterAll(() => pair?.close())

  it('ends with an error at its next renewal, begins nothing afterwards, and the other one takes over from the thief', async () => {
    // One pause and a call; a lease, a look, and not much more.
    await expectLost(pair, { fault: theft, begins: 500 + 1_000, followed: 500 + 4_000 + 600 + 2_600 })
    expect(await pair.holder()).not.toBe('thief')
  })
})

describe('a leader whose calls for the Lease are', () => {
  let pair: Pair
  beforeAll(async () => {
    pair = await openPair()
  })
  afterAll(() => pair?.close())

  it('lost for 9 s keeps it', () => expectKept(pair, callsFor(9, { kind: 'before' })))

  it('lost for 11 s loses it: it ends with an error and begins nothing afterwards', () =>
    expectLost(pair, { fault: callsFor(11, { kind: 'before' }), begins: 10_000, followed: 20_000 }))
})
