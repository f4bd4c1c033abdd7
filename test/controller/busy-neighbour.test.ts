// F25: one object that is changed 50 times a second, and others that wait for a worker beside it; on a clock of the test, so
// that what is measured is who goes first.

import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../simulators/kit/random.ts'
import { createController } from '../../src/controller/controller.ts'
import { namespaceOf } from '../../src/controller/kubernetes-object.ts'
import { createBackoff } from '../../src/controller/queue/backoff.ts'
import { createWorkQueue } from '../../src/controller/queue/work-queue.ts'
import { fakeClock } from '../support/fake-clock.ts'

const workers = 4
/** Milliseconds of a run: with so many changes of the others, the workers are busy most of the time. */
const run = 40
const between = 13
const changes = 400

/** From each change of one of the others to the begin of the run that sees it, in milliseconds. */
async function waits(o: { busy?: { key: string; every: number } }): Promise<number[]> {
  const random = seededRandom(7)
  const clock = fakeClock()
  const queue = createWorkQueue({ clock, backoff: createBackoff({ random }), partitionOf: namespaceOf })
  const changedAt = new Map<string, number>()
  const waited: number[] = []
  const controller = createController({
    ...{ queue, workers, clock, reconcileTimeout: 10_000 },
    reconcile(key) {
      const since = changedAt.get(key)
      if (since !== undefined) waited.push(clock.monotonic() - since)
      changedAt.delete(key)
      return new Promise((resolve) => clock.schedule(run, () => resolve(undefined)))
    },
  })
  await controller.start()
  const { busy } = o
  const hammer = (): void => {
    if (busy === undefined) return
    queue.add(busy.key)
    clock.schedule(busy.every, hammer)
  }
  hammer()
  for (let change = 0; change < changes; change++) {
    const key = `team-${Math.floor(random() * 5)}/bot-${Math.floor(random() * 20)}`
    if (!changedAt.has(key)) changedAt.set(key, clock.monotonic())
    queue.add(key)
    await clock.advance(random() * 2 * between)
  }
  await clock.advance(1_000)
  const stopped = controller.stop(0)
  await clock.advance(run)
  await stopped
  return waited.sort((a, b) => a - b)
}

const p99 = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length * 0.99)] ?? 0

describe('an object that is changed 50 times a second', () => {
  it.each(['team-0/busy', 'elsewhere/busy'])('does not double the p99 of the others: %s', async (key) => {
    const [alone, beside] = [await waits({}), await waits({ busy: { key, every: 20 } })]
    expect(beside.length).toBeGreaterThan(changes / 2)
    expect(p99(alone)).toBeGreaterThan(0)
    expect(p99(beside)).toBeLessThan(2 * p99(alone))
  })
})
