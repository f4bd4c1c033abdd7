// How many keys a second go through the work queue, alone and with a controller whose reconciler has nothing to do.

import { nextTurn, sleep, systemClock } from '../../src/clock.ts'
import { createController } from '../../src/controller/controller.ts'
import { namespaceOf } from '../../src/controller/kubernetes-object.ts'
import { createOwnWrites } from '../../src/controller/own-writes.ts'
import { createBackoff } from '../../src/controller/queue/backoff.ts'
import { createWorkQueue } from '../../src/controller/queue/work-queue.ts'
import type { Reconcile } from '../../src/controller/reconcile.ts'
import type { Reconciled } from '../../src/controller/runner.ts'
import type { Figure } from './figure.ts'
import { longestTurn } from './longest-turn.ts'
import { perSecond } from './per-second.ts'

const keysPerSecond = 500_000
const reconcilesPerSecond = 20_000
const workers = 64

/** 10,000 objects in 100 namespaces. */
const keys = Array.from({ length: 10_000 }, (_, index) => `team-${index % 100}/bot-${index}`)

/** Another object of one of these namespaces. */
const liveKey = 'team-0/live'

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
    {
      what: `longest turn of the event loop, ${keys.length} busy reconciles`,
      value: await busyTurn(),
      unit: 'ms of a core',
      aim: 50,
      better: 'less',
    },
    {
      what: `change to start of its run, p99, ${keys.length} resyncs`,
      value: await liveLatency(),
      unit: 'ms',
      aim: 300,
      better: 'less',
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

/** With the parts that the product puts around a run. */
function createOperator(reconcile: Reconcile, onReconciled: (run: Reconciled) => void) {
  const queue = createQueue()
  const controller = createController({
    queue,
    reconcile,
    workers,
    reconcileTimeout: 30_000,
    clock: systemClock,
    nextTurn,
    holdBack: createOwnWrites({ clock: systemClock, seen: () => '1' }).holdBack,
    onReconciled,
  })
  return { queue, controller }
}

/** Reconciles every key once; resolves when all are through. */
async function startResyncs(reconcile: Reconcile) {
  let left = 0
  let allReconciled = () => {}
  const { queue, controller } = createOperator(reconcile, ({ key }) => {
    if (key !== liveKey) left -= 1
    if (left === 0) allReconciled()
  })
  await controller.start()
  const resync = async () => {
    left = keys.length
    const ended = new Promise<void>((resolve) => {
      allReconciled = resolve
    })
    for (const key of keys) queue.add(key, 'low')
    await ended
    return keys.length
  }
  return { queue, resync, stop: controller.stop }
}

async function reconciles(): Promise<number> {
  const { resync, stop } = await startResyncs(async () => undefined)
  const value = await perSecond(resync)
  await stop()
  return value
}

/** While 10,000 runs wait for nothing, each half a millisecond long. */
async function busyTurn(): Promise<number> {
  const { resync, stop } = await startResyncs(async () => spin(0.5))
  const longest = await longestTurn(resync())
  await stop()
  return longest
}

function spin(milliseconds: number): undefined {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}

/** From a change to the start of its run while 10,000 others are looked at, 20 ms each, in the same namespace. */
async function liveLatency(): Promise<number> {
  const waits: number[] = []
  let changedAt = 0
  const { queue, resync, stop } = await startResyncs(async (key) => {
    if (key === liveKey) waits.push(performance.now() - changedAt)
    else await sleep(systemClock, 20)
    return undefined
  })
  const resynced = resync()
  for (let change = 0; change < 200; change++) {
    await sleep(systemClock, 10)
    changedAt = performance.now()
    queue.add(liveKey)
  }
  await resynced
  await stop()
  return waits.sort((a, b) => a - b)[Math.floor(waits.length * 0.99)] ?? Number.NaN
}
