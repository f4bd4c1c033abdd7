// How many keys a second go through the work queue, alone and with a controller whose reconciler has nothing to do.

import { systemClock } from '../../src/clock.ts'
import { createBackoff } from '../../src/controller/backoff.ts'
import { createController } from '../../src/controller/controller.ts'
import { namespaceOf } from '../../src/controller/kubernetes-object.ts'
import { createOwnWrites } from '../../src/controller/own-writes.ts'
import { createWorkQueue } from '../../src/controller/work-queue.ts'
import type { Figure } from './figure.ts'
import { perSecond } from './per-second.ts'

const keysPerSecond = 500_000
const reconcilesPerSecond = 20_000
const workers = 64

/** 10,000 objects in 100 namespaces. */
const keys = Array.from({ length: 10_000 }, (_, index) => `team-${index % 100}/bot-${index}`)

const createQueue = () =>
  createWorkQueue({ clock: systemClock, backoff: createBackoff({ random: Math.random }), partitionOf: namespaceOf })

export async function benchQueue(): Promise<Figure[]> {
  return [
    {
      what: `add, get and done, ${keys.length} keys waiting`,
      value: await perSecond(throughQueue()),
      unit: 'keys/s of a core',
      aim: keysPerSecond,
      better: 'more',
    },
    {
      what: 'add, get and done, one key at a time',
      value: await perSecond(oneByOne()),
      unit: 'keys/s of a core',
      aim: keysPerSecond,
      better: 'more',
    },
    {
      what: `reconciles that do nothing, ${workers} workers`,
      value: await reconciles(),
      unit: 'reconciles/s of a core',
      aim: reconcilesPerSecond,
      better: 'more',
    },
  ]
}

function throughQueue(): () => Promise<number> {
  const queue = createQueue()
  return async () => {
    for (const key of keys) queue.add(key, 'low')
    for (let left = keys.length; left > 0; left--) queue.done((await queue.get()) as string)
    return keys.length
  }
}

function oneByOne(): () => Promise<number> {
  const queue = createQueue()
  return async () => {
    for (const key of keys) {
      queue.add(key)
      queue.done((await queue.get()) as string)
    }
    return keys.length
  }
}

/** With the parts that the product puts around a run: deadline, own writes, observer. */
async function reconciles(): Promise<number> {
  const queue = createQueue()
  let left = 0
  let allReconciled = () => {}
  const controller = createController({
    queue,
    reconcile: async () => undefined,
    workers,
    reconcileTimeout: 30_000,
    clock: systemClock,
    holdBack: createOwnWrites({ clock: systemClock, seen: () => '1' }).holdBack,
    onReconciled() {
      left -= 1
      if (left === 0) allReconciled()
    },
  })
  await controller.start()
  const value = await perSecond(async () => {
    left = keys.length
    const ended = new Promise<void>((resolve) => {
      allReconciled = resolve
    })
    for (const key of keys) queue.add(key, 'low')
    await ended
    return keys.length
  })
  await controller.stop()
  return value
}
