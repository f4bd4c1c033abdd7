import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hours, seconds } from '../../../src/clock.ts'
import type { Lane } from '../../../src/providers/hcloud/account.ts'
import { createBudget } from '../../../src/providers/hcloud/budget.ts'
import { isHcloudError } from '../../../src/providers/hcloud/errors.ts'
import { fakeClock } from '../../support/fake-clock.ts'

const lanes: readonly Lane[] = ['delete', 'create', 'repair', 'drift']

function setUp(reserve = 0.2, random = () => 0) {
  const clock = fakeClock()
  return { clock, budget: createBudget({ clock, random, reserve }) }
}

const throws = (work: () => unknown) => {
  try {
    work()
    return undefined
  } catch (error) {
    return isHcloudError(error) ? error : undefined
  }
}

/** Tells the budget what the vendor's headers would. */
function see(budget: ReturnType<typeof createBudget>, remaining: number, limit = 3600): void {
  budget.take('delete').settle({ limit, remaining })
}

describe('the budget', () => {
  it('believes the headers more than its own count', () => {
    const { budget } = setUp()
    see(budget, 3000, 7200)
    expect(budget).toMatchObject({ remaining: 3000, limit: 7200 })
  })

  it('counts what is in flight, which the headers cannot know yet', () => {
    const { budget } = setUp()
    const first = budget.take('create')
    budget.take('create')
    budget.take('create')
    first.settle({ limit: 3600, remaining: 3000 })
    expect(budget.remaining).toBe(2998)
  })

  it('refills evenly', async () => {
    const { clock, budget } = setUp()
    see(budget, 1000)
    await clock.advance(seconds(60))
    expect(budget.remaining).toBe(1060)
    await clock.advance(hours(2))
    expect(budget.remaining).toBe(3600)
  })

  it('leaves the reserve to others in every lane', () => {
    const run = (percent: number, lane: Lane) => {
      const { budget } = setUp(percent / 100)
      while (throws(() => budget.take(lane)) === undefined);
      expect(budget.remaining).toBeGreaterThanOrEqual(36 * percent - 1e-6)
    }
    fc.assert(fc.property(fc.nat(90), fc.constantFrom(...lanes), run), {
      numRuns: 30,
    })
  })

  it.each([
    { left: '40 %', remaining: 1440, admitted: ['delete', 'create', 'repair', 'drift'] },
    { left: '32 %', remaining: 1152, admitted: ['delete', 'create', 'repair'] },
    { left: '27 %', remaining: 972, admitted: ['delete', 'create'] },
    { left: '22 %', remaining: 792, admitted: ['delete'] },
    { left: '19 %', remaining: 684, admitted: [] },
  ])('with $left left admits $admitted', ({ remaining, admitted }) => {
    const isAdmitted = (lane: Lane) => {
      const { budget } = setUp()
      see(budget, remaining)
      return throws(() => budget.take(lane)) === undefined
    }
    expect(lanes.filter(isAdmitted)).toEqual(admitted)
  })

  it('never lets a lane through that is less urgent than one that it refuses', () => {
    const run = (remaining: number) => {
      const admitted = lanes.map((lane) => {
        const { budget } = setUp()
        see(budget, remaining)
        return throws(() => budget.take(lane)) === undefined
      })
      expect(admitted).toEqual([...admitted].sort((a, b) => Number(b) - Number(a)))
    }
    fc.assert(fc.property(fc.nat(3600), run))
  })

  it('tells who it refuses when to come back, and keeps its word', async () => {
    const run = async (remaining: number, lane: Lane, jitter: number) => {
      const { clock, budget } = setUp(0.2, () => jitter)
      see(budget, remaining)
      const refused = throws(() => budget.take(lane))
      if (refused === undefined) return
      expect(refused).toMatchObject({ errorClass: 'Throttled', code: 'out_of_budget', outcomeUnknown: false })
      await clock.advance(refused.retryAfter ?? Number.NaN)
      expect(throws(() => budget.take(lane))).toBeUndefined()
    }
    const jitter = fc.double({ min: 0, max: 0.99, noNaN: true })
    await fc.assert(fc.asyncProperty(fc.nat(1500), fc.constantFrom(...lanes), jitter, run), { numRuns: 50 })
  })

  it('spends no more in an hour than the bucket and its refill, however it is asked', async () => {
    const script = fc.array(fc.record({ calls: fc.nat(400), pause: fc.nat(600) }), { maxLength: 20 })
    const run = async (turns: { calls: number; pause: number }[]) => {
      const { clock, budget } = setUp()
      let spent = 0
      for (const { calls, pause } of turns) {
        for (let n = 0; n < calls; n++) if (throws(() => budget.take('delete')) === undefined) spent += 1
        await clock.advance(seconds(pause))
      }
      expect(spent).toBeLessThanOrEqual(3600 * 0.8 + clock.monotonic() / 1000)
    }
    await fc.assert(fc.asyncProperty(script, run), { numRuns: 30 })
  })

  it('sends nothing for a while after a 429, and longer each time', async () => {
    const { clock, budget } = setUp()
    const waits: number[] = []
    for (let n = 0; n < 8; n++) {
      const wait = budget.take('delete').throttled({ rateLimit: { limit: 3600, remaining: 3000 } })
      waits.push(wait)
      expect(throws(() => budget.take('delete'))).toMatchObject({ code: 'out_of_budget' })
      await clock.advance(wait)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map(seconds))
    see(budget, 3000)
    expect(budget.take('delete').throttled()).toBe(seconds(1))
    await clock.advance(seconds(1))
    expect(budget.take('delete').throttled({ retryAfter: seconds(90) })).toBe(seconds(90))
  })
})
