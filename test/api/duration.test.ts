// Durations: read what CEL reads, write what was read.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../../src/api/duration.ts'

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

  it.each(['', '10', 'm', '1.5h', '-1s', '1s1m', '1m1m', '10ms', ' 1s', '1s ', '1d', '100000s', '1H', '1s\n'])(
    'refuses %j and says what it must be',
    (text) => {
      expect(() => parseDuration(text)).toThrow(/^Cannot read duration ".*": must be like 90s, 10m or 1h30m$/)
    },
  )
})

describe('formatDuration', () => {
  it('is read back as the same duration', () => {
    const wholeSeconds = fc.integer({ min: 1, max: 99_999 * 3_600 })
    fc.assert(fc.property(wholeSeconds, (count) => parseDuration(formatDuration(count * 1_000)) === count * 1_000))
  })

  it('is in its shortest form for every text that can be read', () => {
    const part = fc.nat(59)
    fc.assert(
      fc.property(part, part, part, (hours, minutes, seconds) => {
        const shortest = formatDuration(parseDuration(`${hours}h${minutes}m${seconds}s`))
        expect(shortest).not.toMatch(/(^|[a-z])0+[a-z].|^0[hm]/)
        expect(shortest.length).toBeLessThanOrEqual(`${hours}h${minutes}m${seconds}s`.length)
      }),
    )
  })

  it('drops what is less than a second', () => {
    expect(formatDuration(999)).toBe('0s')
    expect(formatDuration(1_999)).toBe('1s')
  })
})
