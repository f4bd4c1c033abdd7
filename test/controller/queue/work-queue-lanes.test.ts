import { describe, expect, it } from 'vitest'
import { namespaceOf } from '../../../src/controller/kubernetes-object.ts'
import { createBackoff } from '../../../src/controller/queue/backoff.ts'
import type { Lane } from '../../../src/controller/queue/lanes.ts'
import type { QueueObserver } from '../../../src/controller/queue/lots.ts'
import { createWorkQueue, type WorkQueue } from '../../../src/controller/queue/work-queue.ts'
import { fakeClock } from '../../support/fake-clock.ts'

function setUp(options: { observer?: QueueObserver; retryRate?: { perSecond: number; burst: number } } = {}) {
  const clock = fakeClock()
  const backoff = createBackoff({ random: () => 0.5, first: 100, cap: 10_000 })
  return { clock, queue: createWorkQueue({ clock, backoff, partitionOf: namespaceOf, ...options }) }
}

async function takeReady(queue: WorkQueue): Promise<string[]> {
  const keys: string[] = []
  while (queue.depth > 0) keys.push((await queue.get()) as string)
  return keys
}

const depths = (queue: WorkQueue) => [queue.depthOf('live'), queue.depthOf('low')]

describe('the lanes of a work queue', () => {
  it('hand out a live change before the 10,000 keys of the initial list, its own key included', async () => {
    const { queue } = setUp()
    for (let index = 0; index < 10_000; index++) queue.add(`a/${index}`, 'low')
    queue.add('a/9999', 'live')
    expect(depths(queue)).toEqual([1, 9_999])
    expect([await queue.get(), await queue.get()]).toEqual(['a/9999', 'a/0'])
  })

  it('keep the more urgent lane of a key that is added while it is worked on', async () => {
    for (const [first, second] of [
      ['live', 'low'],
      ['low', 'live'],
    ] as [Lane, Lane][]) {
      const { queue } = setUp()
      queue.add('a/1')
      await queue.get()
      queue.add('a/1', first)
      queue.add('a/1', second)
      queue.done('a/1')
      expect(depths(queue)).toEqual([1, 0])
    }
  })

  it('let a delayed key and a retry keep the lane in which the key was handed out', async () => {
    for (const again of [
      (queue: WorkQueue) => queue.addAfter('a/1', 50),
      (queue: WorkQueue) => queue.addRateLimited('a/1'),
    ]) {
      for (const lane of ['live', 'low'] as const) {
        const { queue, clock } = setUp()
        queue.add('a/1', lane)
        await queue.get()
        again(queue)
        queue.done('a/1')
        await clock.advance(100)
        expect(depths(queue)).toEqual(lane === 'live' ? [1, 0] : [0, 1])
      }
    }
  })

  it('move a key up at its live time, though it waits in the low lane by then', async () => {
    const { queue, clock } = setUp()
    queue.addAfter('a/1', 50, 'live')
    queue.add('a/1', 'low')
    expect(depths(queue)).toEqual([0, 1])
    await clock.advance(50)
    expect(depths(queue)).toEqual([1, 0])
    expect(await takeReady(queue)).toEqual(['a/1'])
    expect([queue.delayed, clock.pending]).toEqual([0, 0])
  })

  it('look at a key that was asked for twice at the earlier time and in the more urgent lane', async () => {
    const { queue, clock } = setUp()
    queue.addAfter('a/1', 50, 'low')
    queue.addAfter('a/1', 90, 'live')
    await clock.advance(50)
    expect(depths(queue)).toEqual([1, 0])
  })

  it('let a key that changes all the time not keep the others of its namespace waiting', async () => {
    const { queue } = setUp()
    for (const key of ['a/hot', 'a/1', 'a/2', 'b/1']) queue.add(key)
    const taken: string[] = []
    for (let run = 0; run < 6; run++) {
      const key = (await queue.get()) as string
      taken.push(key)
      queue.add('a/hot')
      queue.done(key)
    }
    expect(taken).toEqual(['a/hot', 'b/1', 'a/1', 'a/2', 'a/hot', 'a/hot'])
  })

  it('give a taker that waits the first key of either lane', async () => {
    const { queue } = setUp()
    const taken = Promise.all([queue.get(), queue.get()])
    queue.add('a/1', 'low')
    queue.add('a/2', 'live')
    expect(await taken).toEqual(['a/1', 'a/2'])
  })
})

describe('retries', () => {
  const oneASecond = { retryRate: { perSecond: 1, burst: 1 } }

  it('of all keys share one rate, on top of each key’s own backoff', async () => {
    const { queue, clock } = setUp(oneASecond)
    for (const key of ['a/1', 'a/2', 'a/3']) queue.addRateLimited(key)
    await clock.advance(75)
    expect([queue.depth, queue.delayed]).toEqual([1, 2])
    await clock.advance(2_000)
    expect(await takeReady(queue)).toEqual(['a/1', 'a/2', 'a/3'])
  })

  it('of one namespace do not delay the retry of another', async () => {
    const { queue, clock } = setUp()
    for (let index = 0; index < 5_000; index++) queue.addRateLimited(`large/${index}`)
    queue.addRateLimited('small/1')
    await clock.advance(75 + 200)
    expect(await takeReady(queue)).toContain('small/1')
  })

  it('that a change overtakes are looked at at once, and leave their place in the rate to others', async () => {
    const { queue, clock } = setUp(oneASecond)
    for (const key of ['a/1', 'a/2', 'a/3']) queue.addRateLimited(key)
    await clock.advance(75)
    queue.add('a/2')
    expect((await takeReady(queue)).sort()).toEqual(['a/1', 'a/2'])
    await clock.advance(1_000)
    expect(await takeReady(queue)).toEqual(['a/3'])
  })

  it('do not use up the rate for a key that wishes to be looked at anyway, and come no later than it wishes', async () => {
    const { queue, clock } = setUp(oneASecond)
    queue.addRateLimited('a/1')
    await clock.advance(75)
    queue.addRateLimited('a/2')
    queue.addAfter('a/2', 80)
    await clock.advance(80)
    expect(await takeReady(queue)).toEqual(['a/1', 'a/2'])
  })
})

describe('the depth of a lane', () => {
  it('counts keys that could be taken, and keys that wait for their own run to end', async () => {
    const { queue } = setUp()
    queue.add('a/1', 'low')
    queue.add('a/2', 'low')
    await queue.get()
    expect(depths(queue)).toEqual([0, 1])
    queue.add('a/1', 'low')
    expect([depths(queue), queue.depth]).toEqual([[0, 2], 1])
    queue.add('a/1', 'live')
    expect([depths(queue), queue.depth]).toEqual([[1, 1], 1])
    queue.done('a/1')
    expect([depths(queue), queue.depth]).toEqual([[1, 1], 2])
    queue.shutDown()
    expect(depths(queue)).toEqual([0, 0])
  })
})

describe('an observer', () => {
  function observed() {
    const told: string[] = []
    const observer: QueueObserver = {
      onAdd: (key) => told.push(`add ${key}`),
      onGet: (key) => told.push(`get ${key}`),
      onDone: (key) => told.push(`done ${key}`),
      onDelay: (key) => told.push(`delay ${key}`),
    }
    return { told, ...setUp({ observer }) }
  }

  it('is told of each add that changes something, of each get, done and delay, in step', async () => {
    const { told, queue, clock } = observed()
    queue.add('a/1', 'low')
    queue.add('a/1', 'live')
    queue.add('a/1', 'live')
    await queue.get()
    queue.add('a/1')
    queue.add('a/1')
    queue.done('a/1')
    await queue.get()
    queue.addRateLimited('a/1')
    queue.done('a/1')
    await clock.advance(75)
    const once = ['add a/1', 'get a/1']
    expect(told).toEqual([...once, 'add a/1', 'done a/1', 'get a/1', 'delay a/1', 'done a/1', 'add a/1'])
  })

  it('is told of a delay by failure and by wish alike, also when the key is sure to be looked at, and of no other', () => {
    const { told, queue } = observed()
    queue.addRateLimited('a/1')
    queue.addAfter('a/1', 10)
    queue.addAfter('a/2', 0)
    queue.addAfter('a/2', 10)
    queue.shutDown()
    queue.addAfter('a/3', 10)
    expect(told).toEqual(['delay a/1', 'delay a/1', 'add a/2', 'delay a/2'])
  })

  it('hears of a key given back after the shutdown, and of none that is given back twice', async () => {
    const { told, queue } = observed()
    queue.add('a/1')
    await queue.get()
    queue.shutDown()
    queue.add('a/2')
    queue.done('a/1')
    queue.done('a/1')
    expect(told).toEqual(['add a/1', 'get a/1', 'done a/1'])
  })
})
