import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../src/clock.ts'
import { createController } from '../../src/controller/controller.ts'
import { createBackoff } from '../../src/controller/queue/backoff.ts'
import { createWorkQueue } from '../../src/controller/queue/work-queue.ts'
import { fakeClock } from '../support/fake-clock.ts'

/** Each run keeps the processor for a millisecond and waits for nothing. */
function setUp(options: { nextTurn?: () => Promise<void> }, workers: number) {
  const time = { elapsed: 0, runs: 0 }
  const clock = { ...fakeClock(), monotonic: () => time.elapsed }
  const queue = createWorkQueue({ clock, backoff: createBackoff({ random: () => 0 }) })
  const reconcile = async () => {
    time.elapsed += 1
    time.runs += 1
    return undefined
  }
  const controller = createController({ queue, reconcile, workers, reconcileTimeout: 1e6, clock, ...options })
  return { controller, queue, time }
}

/** How many of 500 runs began in each turn of the event loop. */
async function runsPerTurn(options: { nextTurn?: () => Promise<void> }, workers: number): Promise<number[]> {
  const { controller, queue, time } = setUp(options, workers)
  await controller.start()
  for (let index = 0; index < 500; index++) queue.add(`a/${index}`)
  const turns: number[] = []
  while (time.runs < 500) {
    const before = time.runs
    await nextTurn()
    turns.push(time.runs - before)
  }
  await controller.stop()
  return turns
}

describe('runs', () => {
  it.each([1, 64])(
    'that wait for nothing give the event loop its turn every 10 ms with %i workers',
    async (workers) => {
      const turns = await runsPerTurn({ nextTurn }, workers)
      expect(Math.max(...turns)).toBeLessThanOrEqual(10)
      expect(turns.length).toBeLessThanOrEqual(2 * (500 / 10) + 2) // and not far more often
    },
  )

  it('that wait for nothing would follow each other in one turn otherwise', async () => {
    expect(await runsPerTurn({}, 64)).toEqual([500])
  })

  it('that were about to begin when the controller stopped do not begin', async () => {
    const turn = Promise.withResolvers<void>()
    const { controller, queue, time } = setUp({ nextTurn: () => turn.promise }, 2)
    await controller.start()
    time.elapsed = 10
    queue.add('a/1')
    await nextTurn()
    const stopped = controller.stop()
    turn.resolve()
    await stopped
    expect([time.runs, queue.active]).toEqual([0, 0])
  })
})
