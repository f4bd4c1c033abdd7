import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../src/clock.ts'
import { createBackoff } from '../../src/controller/backoff.ts'
import { createController } from '../../src/controller/controller.ts'
import { createWorkQueue } from '../../src/controller/work-queue.ts'
import { fakeClock } from '../support/fake-clock.ts'

/** Runs 500 keys, each of which keeps the processor for a millisecond and waits for nothing; counts the runs of each turn. */
async function runsPerTurn(options: { nextTurn?: () => Promise<void> }, workers: number): Promise<number[]> {
  let elapsed = 0
  let runs = 0
  const turns: number[] = []
  const clock = { ...fakeClock(), monotonic: () => elapsed }
  const queue = createWorkQueue({ clock, backoff: createBackoff({ random: () => 0 }) })
  const reconcile = async () => {
    elapsed += 1
    runs += 1
    return undefined
  }
  const controller = createController({ queue, reconcile, workers, reconcileTimeout: 1e6, clock, ...options })
  await controller.start()
  for (let index = 0; index < 500; index++) queue.add(`a/${index}`)
  while (turns.reduce((sum, count) => sum + count, 0) < 500) {
    await nextTurn()
    turns.push(runs)
    runs = 0
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
})
