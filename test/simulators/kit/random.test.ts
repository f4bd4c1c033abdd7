// Seeded chance: repeats itself, differs between seeds, and is spread over its range.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { seededRandom } from '../../../simulators/kit/random.ts'

const draw = (seed: number, count: number): number[] => {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => random())
}

it('the same seed gives the same numbers, in [0, 1)', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const numbers = draw(seed, 20)
      expect(draw(seed, 20)).toEqual(numbers)
      expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
      expect(new Set(numbers).size).toBe(20)
    }),
  )
})

it('neighbouring seeds give other numbers', () => {
  expect(new Set([0, 1, 2, 3].flatMap((seed) => draw(seed, 10))).size).toBe(40)
})

it('numbers are spread evenly', () => {
  const counts = Array.from({ length: 10 }, () => 0)
  for (const number of draw(1, 10_000)) counts[Math.floor(number * 10)] = (counts[Math.floor(number * 10)] ?? 0) + 1
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150)
})
