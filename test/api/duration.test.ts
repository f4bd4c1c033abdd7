// Durations: read what CEL reads.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDuration } from '../../src/api/duration.ts'

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['1h0m1s', 3_601_000],
    ['99999s', 99_999_000],
  ])('reads %s as %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds)
  })

  it('adds up its parts', () => {
    const part = fc.nat(99_999)
    fc.assert(
      fc.property(
        part,
        part,
        part,
        (hours, minutes, seconds) =>
          parseDuration(`${hours}h${minutes}m${seconds}s`) === ((hours * 60 + minutes) * 60 + seconds) * 1_000,
      ),
    )
  })

  it.each(['', '10', 'm', '1.5h', '-1s', '1s1m', '1m1m', '10ms', ' 1s', '1s ', '1d', '100000s', '1H', '1s\n'])(
    'refuses %j and says what it must be',
    (text) => {
      expect(() => parseDuration(text)).toThrow(/^Cannot read duration ".*": must be like 90s, 10m or 1h30m$/)
    },
  )
})
