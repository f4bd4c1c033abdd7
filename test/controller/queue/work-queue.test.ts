import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBackoff } from '../../../src/controller/queue/backoff.ts'
import type { Lane } from '../../../src/controller/queue/lanes.ts'
import { createWorkQueue, type WorkQueue } from '../../../src/controller/queue/work-queue.ts'
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts'

function setUp() {
  const clock = fakeClock()
  const backoff = createBackoff({ random: () => 0.5, first: 100, cap: 10_000 })
  return { clock, queue: createWorkQueue({ clock, backoff }) }
}

/** Takes what can be taken now, in order, without giving it back. */
async function takeReady(queue: WorkQueue): Promise<string[]> {
  const keys: string[] = []
  while (queue.depth > 0) keys.push((await queue.get()) as string)
  return keys
}

/** Takes keys as they come and gives each back at once; tells when each was taken. */
function drainForever(queue: WorkQueue, clock: FakeClock): [string, number][] {
  const taken: [string, number][] = []
  const loop = async () => {
    for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
      taken.push([key, clock.monotonic()])
      queue.done(key)
    }
  }
  void loop()
  return taken
}

describe('a work queue', () => {
  it('hands out a key once, however often it was added, and in the order of the first add', async () => {
    const { queue } = setUp()
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key)
    expect(await takeReady(queue)).toEqual(['a', 'b', 'c'])
  })

  it('never hands out a key twice at once: a key added while it is worked on runs once more after done', async () => {
    const { queue } = setUp()
    queue.add('a')
    await queue.get()
    queue.add('a')
    queue.add('a')
    expect(queue.depth).toBe(0)
    queue.done('a')
    expect(await takeReady(queue)).toEqual(['a'])
    queue.done('a')
    expect(queue.depth).toBe(0)
  })

  it('lets a taker wait until there is a key', async () => {
    const { queue } = setUp()
    const taken = Promise.all([queue.get(), queue.get()])
    queue.add('a')
    queue.add('b')
    expect(await taken).toEqual(['a', 'b'])
  })

  it('gives a key that was added while it was worked on to a taker that waits already', async () => {
    const { queue } = setUp()
    queue.add('a')
    await queue.get()
    const waiting = queue.get()
    queue.add('a')
    queue.done('a')
    expect(await waiting).toBe('a')
  })

  it('keeps the earliest time of delayed adds, whatever their order', async () => {
    const { queue, clock } = setUp()
    const taken = drainForever(queue, clock)
    queue.addAfter('a', 500)
    queue.addAfter('a', 100)
    queue.addAfter('a', 900)
    await clock.advance(10_000)
    expect(taken).toEqual([['a', 100]])
  })

  it('forgets the delay of a key that is looked at earlier for another reason', async () => {
    const { queue, clock } = setUp()
    const taken = drainForever(queue, clock)
    queue.addAfter('a', 500)
    await clock.advance(200)
    queue.add('a')
    expect(clock.pending).toBe(0)
    await clock.advance(10_000)
    expect(taken).toEqual([['a', 200]])
  })

  it('hands out delayed keys in the order of their times', async () => {
    const { queue, clock } = setUp()
    const taken = drainForever(queue, clock)
    const delays = [50, 20, 90, 10, 70, 30, 80, 40, 60]
    for (const delay of delays) queue.addAfter(`after-${delay}`, delay)
    await clock.advance(100)
    expect(taken.map(([, at]) => at)).toEqual(delays.toSorted((a, b) => a - b))
  })

  it('does not delay a key that waits to be taken already', async () => {
    const { queue } = setUp()
    queue.add('a')
    queue.addAfter('a', 500)
    expect(queue.delayed).toBe(0)
  })

  it('runs a delayed key whose time comes while it is being worked on once more afterwards', async () => {
    const { queue, clock } = setUp()
    queue.add('a')
    await queue.get()
    queue.addAfter('a', 100)
    await clock.advance(1_000)
    expect(queue.depth).toBe(0)
    queue.done('a')
    expect(await takeReady(queue)).toEqual(['a'])
  })

  it('waits longer than the timer limit of 2^31-1 ms, and sets one timer at a time', async () => {
    const clock = fakeClock()
    const delays: number[] = []
    const counting = {
      ...clock,
      schedule(after: number, run: () => void) {
        delays.push(after)
        return clock.schedule(after, run)
      },
    }
    const queue = createWorkQueue({ clock: counting, backoff: createBackoff({ random: () => 0 }) })
    const month = 40 * 24 * 3_600_000
    queue.addAfter('a', month)
    await clock.advance(month - 1)
    expect(queue.depth).toBe(0)
    expect(Math.max(...delays)).toBeLessThanOrEqual(2 ** 31 - 1)
    expect(clock.pending).toBe(1)
    await clock.advance(1)
    expect(queue.depth).toBe(1)
  })

  it('refuses a delay that is not a number, and takes one below zero for now', () => {
    const { queue } = setUp()
    expect(() => queue.addAfter('a', Number.NaN)).toThrow('Cannot delay a')
    queue.addAfter('a', -5)
    expect(queue.depth).toBe(1)
  })

  it('delays a failing key longer each time, not before the time it was told, and starts anew after forget', async () => {
    const { queue } = setUp()
    expect([1, 2, 3].map(() => queue.addRateLimited('a'))).toEqual([75, 150, 300])
    expect(queue.failures('a')).toBe(3)
    expect(queue.addRateLimited('a', 7_777)).toBe(7_777)
    queue.forget('a')
    expect(queue.failures('a')).toBe(0)
    expect(queue.addRateLimited('a')).toBe(75)
  })

  it('does not cancel a pending add by forget', async () => {
    const { queue, clock } = setUp()
    queue.addRateLimited('a')
    queue.forget('a')
    await clock.advance(75)
    expect(queue.depth).toBe(1)
  })

  it('takes no add while it is shutting down, hands out nothing more, wakes who waits and leaves no timer', async () => {
    const { queue, clock } = setUp()
    queue.add('running')
    await queue.get()
    const waiting = queue.get()
    queue.addAfter('later', 100)
    queue.shutDown()
    queue.add('running')
    queue.add('new')
    queue.addAfter('new', 1)
    expect(queue.active).toBe(1)
    queue.done('running')
    expect(await waiting).toBeUndefined()
    expect(await queue.get()).toBeUndefined()
    expect([queue.depth, queue.delayed, queue.active, clock.pending]).toEqual([0, 0, 0, 0])
  })
})

const longestDelay = 50
const longestBackoff = 10_000

const command = fc.record({
  kind: fc.constantFrom('add', 'after', 'retry', 'forget', 'take', 'done', 'advance'),
  key: fc.nat(3),
  by: fc.nat(longestDelay),
  lane: fc.constantFrom<Lane>('live', 'low'),
})

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

/**
 * Drives a queue and, beside it, what a queue promises, written down as plainly as possible: when each key must be
 * ready, and which are being worked on.
 */
function createDriver() {
  const { queue, clock } = setUp()
  const dueAt = new Map<string, number>()
  const active = new Set<string>()

  function wish(name: string, after: number): void {
    dueAt.set(name, Math.min(clock.monotonic() + after, dueAt.get(name) ?? Number.POSITIVE_INFINITY))
  }

  async function take(): Promise<void> {
    if (queue.depth === 0) return
    const name = (await queue.get()) as string
    expect(active).not.toContain(name)
    expect(dueAt.get(name)).toBeLessThanOrEqual(clock.monotonic())
    active.add(name)
    dueAt.delete(name)
  }

  const run: Record<Command['kind'], (name: string, by: number, lane: Lane) => void | Promise<void>> = {
    add(name, _, lane) {
      queue.add(name, lane)
      wish(name, 0)
    },
    after(name, by, lane) {
      queue.addAfter(name, by, lane)
      wish(name, by)
    },
    retry(name) {
      const after = queue.addRateLimited(name)
      expect(after).toBeLessThanOrEqual(longestBackoff)
      wish(name, after)
    },
    forget: (name) => queue.forget(name),
    advance: (_, by) => clock.advance(by),
    take,
    done(name) {
      if (active.delete(name)) queue.done(name)
    },
  }

  return {
    queue,
    clock,
    async step({ kind, key, by, lane }: Command) {
      await run[kind](`k${key}`, by, lane)
      const ready = [...dueAt].filter(([name, due]) => due <= clock.monotonic() && !active.has(name))
      expect(queue.depth).toBe(ready.length)
      expect(queue.active).toBe(active.size)
    },
    /** Gives everything back and lets all delays pass; returns the keys that must then be ready. */
    async finish() {
      for (const name of active) queue.done(name)
      await clock.advance(Math.max(longestDelay, longestBackoff))
      return [...dueAt.keys()].sort()
    },
  }
}

describe('a work queue under any sequence of calls', () => {
  it('never hands out a key twice at a time, loses no add and is never earlier or later than asked', async () => {
    const property = fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
      const driver = createDriver()
      for (const next of commands) await driver.step(next)
      const left = await driver.finish()
      expect((await takeReady(driver.queue)).sort()).toEqual(left)
      expect(driver.clock.pending).toBe(0)
    })
    await fc.assert(property, { numRuns: 300 })
  })

  it('never lets a failing key wait longer than the cap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, random) => {
          const backoff = createBackoff({ random: () => random, first: 100, cap: 10_000 })
          const waits = Array.from({ length: failures }, () => backoff.next('a'))
          expect(Math.max(...waits)).toBeLessThanOrEqual(10_000)
          expect(Math.min(...waits)).toBeGreaterThanOrEqual(50)
          expect(backoff.failures('b')).toBe(0)
        },
      ),
    )
  })
})
