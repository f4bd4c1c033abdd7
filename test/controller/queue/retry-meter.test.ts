import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { namespaceOf } from '../../../src/controller/kubernetes-object.ts'
import { createRetryMeter, type RetryRate, usualRetryRate } from '../../../src/controller/queue/retry-meter.ts'
import { fakeClock } from '../../support/fake-clock.ts'

function setUp(rate: RetryRate = usualRetryRate) {
  const clock = fakeClock()
  const released: { key: string; at: number }[] = []
  const release = (key: string) => released.push({ key, at: clock.monotonic() })
  return { clock, released, meter: createRetryMeter({ clock, rate, partitionOf: namespaceOf, release }) }
}

/** From any release to any later one there are no more than the burst and what the time between them allows. */
function expectWithin({ perSecond, burst }: RetryRate, times: readonly number[]): void {
  for (const [first, from] of times.entries())
    for (const [ahead, to] of times.slice(first).entries())
      expect(ahead + 1).toBeLessThanOrEqual(burst + ((to - from) * perSecond) / 1_000 + 1e-6)
}

describe('the overall rate of retries', () => {
  it('is 10 a second after a burst of 100, as in client-go', async () => {
    const { clock, released, meter } = setUp()
    for (let index = 0; index < 150; index++) meter.add(`a/${index}`, 'live')
    expect([released.length, meter.size]).toEqual([100, 50])
    await clock.advance(1_000)
    expect(released).toHaveLength(110)
    await clock.advance(4_000)
    expect([released.length, meter.size, clock.pending]).toEqual([150, 0, 0])
  })

  it('fills up again by time, and not beyond its burst', async () => {
    const { clock, released, meter } = setUp({ perSecond: 10, burst: 5 })
    const addTen = () => {
      for (let index = 0; index < 10; index++) meter.add(`a/${index}`, 'live')
    }
    addTen()
    await clock.advance(60_000)
    expect(released).toHaveLength(10)
    addTen()
    expect(released).toHaveLength(15)
  })

  it('lets one with 1,000 failing keys not delay the retry of another', async () => {
    const { clock, released, meter } = setUp()
    for (let index = 0; index < 1_000; index++) meter.add(`large/${index}`, 'live')
    meter.add('small/1', 'live')
    await clock.advance(200)
    expect(released.find(({ key }) => key === 'small/1')?.at).toBeLessThanOrEqual(200)
  })

  it('spends nothing on a key that no longer waits, and leaves no timer behind', async () => {
    const { clock, released, meter } = setUp({ perSecond: 1, burst: 1 })
    for (const key of ['a/1', 'a/2', 'a/3']) meter.add(key, 'live')
    meter.delete('a/2')
    await clock.advance(1_000)
    expect(released.map(({ key }) => key)).toEqual(['a/1', 'a/3'])
    meter.add('a/4', 'live')
    meter.delete('a/4')
    expect(clock.pending).toBe(0)
    meter.add('a/5', 'live')
    meter.clear()
    expect([meter.size, clock.pending]).toEqual([0, 0])
  })

  it('is never exceeded in any length of time, and never left unused', async () => {
    const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 30 }), burst: fc.integer({ min: 1, max: 10 }) })
    const arrivals = fc.array(fc.record({ after: fc.nat(700), count: fc.nat(8) }), { maxLength: 12 })
    const property = fc.asyncProperty(rates, arrivals, async (rate, list) => {
      const { clock, released, meter } = setUp(rate)
      let added = 0
      for (const { after, count } of list) {
        await clock.advance(after)
        for (let index = 0; index < count; index++) meter.add(`a/${added++}`, 'low')
      }
      await clock.advance((meter.size * 1_000) / rate.perSecond + 1)
      expect(released).toHaveLength(added)
      expectWithin(
        rate,
        released.map(({ at }) => at),
      )
    })
    await fc.assert(property, { numRuns: 100 })
  })
})
