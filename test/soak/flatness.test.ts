// A verdict that cannot be "not flat" would make every soak pass.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge } from './flatness.ts'

const level = { slack: 5 }
const noise = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 9, maxLength: 60 })

/** Every third moment nothing is in hand. */
const busy = (base: (index: number) => number, values: readonly number[]) =>
  values.map((value, index) => base(index) + (index % 3 === 0 ? 0 : value))

describe('flatness', () => {
  it('takes work in hand, however much, for no leak', () => {
    fc.assert(
      fc.property(noise, (values) => {
        expect(
          judge(
            busy(() => 100, values),
            level,
          ).isFlat,
        ).toBe(true)
      }),
    )
  })

  it('sees a leak that grows with each measurement, however much work is in hand', () => {
    fc.assert(
      fc.property(noise, (values) => {
        const growth = 60 / values.length
        expect(
          judge(
            busy((index) => 20 + index * growth, values),
            level,
          ).isFlat,
        ).toBe(false)
      }),
    )
  })

  it('gives no verdict without measurements', () => {
    expect(() => judge([1, 2], level)).toThrow('fewer than three')
  })
})
