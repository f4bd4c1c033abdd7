// Whatever the network does and however long processes are stopped: never two leaders, and soon one again.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../simulators/kit/random.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { type Contender, contender, createLeaseWorld, type Weather } from './lease-world.ts'

const kinds: readonly Weather[] = ['pass', 'pass', 'pass', 'fail', 'lost', 'hang', 'deaf']

const story = fc.record({
  /** The weather of each call in turn, then sunshine. */
  weather: fc.array(fc.constantFrom(...kinds), { maxLength: 120 }),
  /** Each process runs so much faster or slower than the others, in parts of a thousand; all within what crystals do. */
  rates: fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 3, maxLength: 3 }),
  /** Who is stopped at what time for how long: its clock goes on, and its timers are late. */
  pauses: fc.array(fc.record({ who: fc.nat(2), at: fc.nat(60_000), lasts: fc.integer({ min: 500, max: 40_000 }) }), {
    maxLength: 4,
  }),
  labels: fc.array(fc.nat(60_000), { maxLength: 4 }),
  seed: fc.nat(1_000),
})

type Story = typeof story extends fc.Arbitrary<infer T> ? T : never

/** A process that can be stopped: its timers that fall due meanwhile run when it goes on. */
function ownClock(clock: ReturnType<typeof fakeClock>, rate: number) {
  const speed = 1 + rate / 1_000
  let stoppedUntil = 0
  return {
    now: clock.now,
    monotonic: () => clock.monotonic() * speed,
    schedule(after: number, run: () => void) {
      const due = clock.monotonic() + Math.max(after, 0) / speed
      let cancel = () => {}
      const wait = () => {
        const left = Math.max(due, stoppedUntil) - clock.monotonic()
        if (left <= 0) return run()
        cancel = clock.schedule(left, wait)
      }
      cancel = clock.schedule(due - clock.monotonic(), wait)
      return () => cancel()
    },
    stop(until: number) {
      stoppedUntil = Math.max(stoppedUntil, until)
    },
  }
}

/** Between two looks at who leads, in milliseconds. */
const tick = 250
const isNow = (at: number, time: number) => Math.floor(at / tick) * tick === time

function stage({ weather, rates, pauses, labels, seed }: Story) {
  const clock = fakeClock()
  const world = createLeaseWorld(clock)
  const remaining = [...weather]
  world.weather = () => remaining.shift() ?? 'pass'
  const random = seededRandom(seed)
  const clocks = rates.map((rate) => ownClock(clock, rate))
  let born = 0
  const join = (index: number): Contender =>
    contender(world, { identity: `p${born++}`, clock: clocks[index] ?? clock, random })
  const contenders = clocks.map((_clock, index) => join(index))
  return {
    /** Lets this tick pass; answers how many lead after it. */
    async pass(time: number): Promise<number> {
      for (const { who, lasts } of pauses.filter(({ at }) => isNow(at, time))) clocks[who]?.stop(time + lasts)
      if (labels.some((at) => isNow(at, time))) world.label()
      await clock.advance(tick)
      // A process that has lost ends, and a new one takes its place.
      for (const [index, { end }] of contenders.entries()) if (end() === 'lost') contenders[index] = join(index)
      return contenders.filter((each) => each.leads()).length
    },
    stop: () => Promise.all(contenders.map((each) => each.stop())),
  }
}

describe('leader election in any weather', () => {
  it('never has two leaders whose fences are open, and has one again when the weather is fair', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (told) => {
        const { pass, stop } = stage(told)
        let leaders = 0
        for (let time = 0; time < 150_000; time += tick) {
          leaders = await pass(time)
          expect(leaders).toBeLessThanOrEqual(1)
        }
        expect(leaders).toBe(1)
        await stop()
      }),
      { numRuns: 60 },
    )
  })
})
