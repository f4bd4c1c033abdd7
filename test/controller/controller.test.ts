import { describe, expect, it, vi } from 'vitest'
import type { Cache } from '../../src/controller/cache/cache.ts'
import { type ControllerDeps, createController } from '../../src/controller/controller.ts'
import { createBackoff } from '../../src/controller/queue/backoff.ts'
import type { Lane } from '../../src/controller/queue/lanes.ts'
import { createWorkQueue } from '../../src/controller/queue/work-queue.ts'
import { type Reconcile, type ReconcileContext, TerminalError } from '../../src/controller/reconcile.ts'
import type { Reconciled } from '../../src/controller/runner.ts'
import { fakeClock } from '../support/fake-clock.ts'

function setUp(reconcile: Reconcile, options: Partial<ControllerDeps> = {}) {
  const clock = fakeClock()
  const queue = createWorkQueue({ clock, backoff: createBackoff({ random: () => 1, first: 1_000, cap: 60_000 }) })
  const reconciled: Reconciled[] = []
  const panics: string[] = []
  const controller = createController({
    queue,
    reconcile,
    workers: 2,
    reconcileTimeout: 10_000,
    clock,
    onReconciled: (run) => reconciled.push(run),
    onPanic: (error, where) => panics.push(`${where}: ${(error as Error).message}`),
    ...options,
  })
  return { clock, queue, reconciled, panics, controller }
}

/** A reconciler whose runs end when the test says so. */
function heldRuns() {
  const runs: { key: string; context: ReconcileContext; end(error?: Error): void }[] = []
  const reconcile: Reconcile = (key, context) =>
    new Promise((resolve, reject) => {
      runs.push({ key, context, end: (error) => (error === undefined ? resolve(undefined) : reject(error)) })
    })
  return { runs, reconcile }
}

const syncedCache = (): Cache => ({
  run: (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
  whenSynced: () => Promise.resolve(),
  synced: true,
  lastActivity: 0,
  resourceVersion: '1',
  lastError: undefined,
})

describe('what a run leads to', () => {
  const cases: { name: string; reconcile: Reconcile; want: Partial<Reconciled>; failures: number }[] = [
    {
      name: 'nothing more after a success',
      reconcile: async () => undefined,
      want: { outcome: 'success', nextAfter: undefined },
      failures: 0,
    },
    {
      name: 'another look when the reconciler wishes one',
      reconcile: async () => ({ requeueAfter: 5_000 }),
      want: { outcome: 'requeue_after', nextAfter: 5_000 },
      failures: 0,
    },
    {
      name: 'nothing more for an object that is gone: a success',
      reconcile: async (key) => (new Map<string, object>().has(key) ? { requeueAfter: 1 } : undefined),
      want: { outcome: 'success', nextAfter: undefined, timedOut: false },
      failures: 0,
    },
    {
      name: 'a retry with backoff after a throw',
      reconcile: () => Promise.reject(new Error('no')),
      want: { outcome: 'error', nextAfter: 1_000 },
      failures: 1,
    },
    {
      name: 'a retry not before the time that the error names',
      reconcile: () => Promise.reject(Object.assign(new Error('busy'), { retryAfter: 30_000 })),
      want: { outcome: 'error', nextAfter: 30_000 },
      failures: 1,
    },
    {
      name: 'a retry with backoff after an error that also wishes a requeue: the error wins',
      reconcile: () => Promise.reject(Object.assign(new Error('both'), { requeueAfter: 5 })),
      want: { outcome: 'error', nextAfter: 1_000 },
      failures: 1,
    },
    {
      name: 'a retry with backoff after an error whose retryAfter is no length of time',
      reconcile: () => Promise.reject(Object.assign(new Error('odd'), { retryAfter: Number.POSITIVE_INFINITY })),
      want: { outcome: 'error', nextAfter: 1_000 },
      failures: 1,
    },
    {
      name: 'a retry with backoff after a throw of nothing',
      reconcile: () => Promise.reject(undefined),
      want: { outcome: 'error', nextAfter: 1_000 },
      failures: 1,
    },
    {
      name: 'no retry after a terminal error',
      reconcile: () => Promise.reject(new TerminalError('never')),
      want: { outcome: 'terminal', nextAfter: undefined },
      failures: 0,
    },
    {
      name: 'a retry after a synchronous throw',
      reconcile: () => {
        throw new Error('sync')
      },
      want: { outcome: 'error', nextAfter: 1_000 },
      failures: 1,
    },
    {
      name: 'a retry after a wish that is not a number',
      reconcile: async () => ({ requeueAfter: Number.NaN }),
      want: { outcome: 'error', nextAfter: 1_000 },
      failures: 1,
    },
  ]
  it.each(cases)('$name', async ({ reconcile, want, failures }) => {
    const { controller, queue, clock, reconciled } = setUp(reconcile)
    await controller.start()
    queue.add('a')
    await clock.advance(0)
    expect(reconciled).toEqual([expect.objectContaining({ key: 'a', attempt: 1, ...want })])
    expect(queue.failures('a')).toBe(failures)
    expect(queue.delayed).toBe(want.nextAfter === undefined ? 0 : 1)
    await clock.advance((want.nextAfter ?? 1_000_000) - 1)
    expect(reconciled).toHaveLength(1)
    await clock.advance(1)
    expect(reconciled).toHaveLength(want.nextAfter === undefined ? 1 : 2)
    await controller.stop()
  })

  it('counts the attempts of a failing key; requeueAfter forgets the failure count', async () => {
    const attempts: number[] = []
    const results = [new Error('1'), new Error('2'), { requeueAfter: 10 }, undefined]
    const { controller, queue, clock } = setUp(async (_, { attempt }) => {
      attempts.push(attempt)
      const result = results.shift()
      if (result instanceof Error) throw result
      return result
    })
    await controller.start()
    queue.add('a')
    await clock.advance(10_000)
    expect(attempts).toEqual([1, 2, 3, 1])
    await controller.stop()
  })

  it('starts to count anew after a terminal error', async () => {
    const errors = [new Error('1'), new TerminalError('2')]
    const { controller, queue, clock, reconciled } = setUp(() => Promise.reject(errors.shift()))
    await controller.start()
    queue.add('a')
    await clock.advance(1_000)
    expect(reconciled.map(({ outcome, attempt }) => `${outcome} ${attempt}`)).toEqual(['error 1', 'terminal 2'])
    expect(queue.failures('a')).toBe(0)
  })

  it('is counted as a panic and harms nothing else when a hook throws', async () => {
    const onReconciled = () => {
      throw new Error('oops')
    }
    const { controller, queue, clock, panics } = setUp(async () => undefined, { onReconciled })
    await controller.start()
    queue.add('a')
    await clock.advance(0)
    queue.add('a')
    await clock.advance(0)
    expect(panics).toEqual(['onReconciled: oops', 'onReconciled: oops'])
    expect(queue.active).toBe(0)
  })
})

describe('the workers', () => {
  it('work on as many keys at once as there are workers, each key once', async () => {
    const { runs, reconcile } = heldRuns()
    const { controller, queue, clock } = setUp(reconcile)
    await controller.start()
    for (const key of ['a', 'a', 'b', 'c']) queue.add(key)
    await clock.advance(0)
    queue.add('a')
    await clock.advance(0)
    expect(runs.map(({ key }) => key)).toEqual(['a', 'b'])
    expect(controller.active).toBe(2)
    for (const { end } of runs) end()
    await clock.advance(0)
    expect(runs.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'a'])
  })

  it('abort a timed-out reconcile by its signal, but hold its key until its promise settles', async () => {
    const { runs, reconcile } = heldRuns()
    const { controller, queue, clock, reconciled } = setUp(reconcile)
    await controller.start()
    queue.add('a')
    await clock.advance(9_999)
    expect(runs[0]?.context.signal.aborted).toBe(false)
    await clock.advance(1)
    expect(runs[0]?.context.signal.reason).toMatchObject({ name: 'TimeoutError' })
    expect(controller.overdue).toBe(1)
    queue.add('a')
    await clock.advance(100_000)
    expect(runs).toHaveLength(1)
    runs[0]?.end(new Error('late'))
    await clock.advance(0)
    expect(reconciled).toEqual([expect.objectContaining({ outcome: 'error', durationMs: 110_000, timedOut: true })])
    expect([runs.length, controller.overdue]).toEqual([2, 0])
  })

  it('work on a key whose hold-back throws or is not a number, and report it', async () => {
    const throwing = () => {
      throw new Error('no')
    }
    for (const holdBack of [() => Number.NaN, throwing]) {
      const { controller, queue, clock, panics, reconciled } = setUp(async () => undefined, { holdBack })
      await controller.start()
      queue.add('a')
      await clock.advance(0)
      expect(panics).toEqual([expect.stringMatching(/^hold-back: /)])
      expect([reconciled.length, queue.active]).toEqual([1, 0])
    }
  })

  it('leave a key alone for as long as it is held back, without counting a run', async () => {
    let held = 3
    const holdBack = () => (held-- > 0 ? 50 : undefined)
    const reconcile = vi.fn(async () => undefined)
    const { controller, queue, clock, reconciled } = setUp(reconcile, { holdBack })
    await controller.start()
    queue.add('a')
    await clock.advance(149)
    expect(reconcile).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(reconcile).toHaveBeenCalledTimes(1)
    expect(reconciled).toHaveLength(1)
  })
})

describe('the lane of a key', () => {
  /** What is handed out next: the key that a run has put back, or `other`, which waits in the low lane. */
  async function nextAfterRun(lane: Lane, reconcile: Reconcile): Promise<string | undefined> {
    const seen: string[] = []
    const { controller, queue, clock } = setUp(
      async (key, context) => {
        seen.push(key)
        return seen.length === 1 ? reconcile(key, context) : undefined
      },
      { workers: 1 },
    )
    await controller.start()
    queue.add('a', lane)
    queue.add('other', 'low')
    await clock.advance(10_000)
    return seen[1]
  }

  it.each<{ name: string; lane: Lane; reconcile: Reconcile; next: string }>([
    { name: 'stays live for a wish', lane: 'live', reconcile: async () => ({ requeueAfter: 0 }), next: 'a' },
    { name: 'stays low for a wish', lane: 'low', reconcile: async () => ({ requeueAfter: 0 }), next: 'other' },
    {
      name: 'is the one that the wish names',
      lane: 'live',
      reconcile: async () => ({ requeueAfter: 0, lane: 'low' }),
      next: 'other',
    },
  ])('$name', async ({ lane, reconcile, next }) => {
    expect(await nextAfterRun(lane, reconcile)).toBe(next)
  })
})

describe('the start', () => {
  it('lets no key be worked on before every cache has synced, and only then starts the sources', async () => {
    const synced = Promise.withResolvers<void>()
    const reconcile = vi.fn(async (_key: string) => undefined)
    const source = { start: vi.fn((enqueue: (key: string) => void) => enqueue('from-source')) }
    const caches = [syncedCache(), { ...syncedCache(), whenSynced: () => synced.promise }]
    const { controller, queue, clock } = setUp(reconcile, { caches, sources: [source] })
    const started = controller.start()
    queue.add('early')
    await clock.advance(60_000)
    expect([reconcile.mock.calls, source.start.mock.calls]).toEqual([[], []])
    synced.resolve()
    await started
    await clock.advance(0)
    expect(reconcile.mock.calls.map(([key]) => key)).toEqual(['early', 'from-source'])
  })

  it('fails with what the cache says when it does not sync in time, and leaves nothing running', async () => {
    const lastError = new Error('the CRD is missing')
    const never = (signal: AbortSignal) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    let running: AbortSignal | undefined
    const run = (signal: AbortSignal) => {
      running = signal
      return syncedCache().run(signal)
    }
    const caches = [{ ...syncedCache(), run, whenSynced: never, lastError }]
    const { controller, clock } = setUp(async () => undefined, { caches, syncTimeout: 5_000 })
    const started = controller.start()
    started.catch(() => {})
    await clock.advance(5_000)
    await expect(started).rejects.toMatchObject({ message: expect.stringContaining('not synced'), cause: lastError })
    expect(running?.aborted).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('counts a source that fails as a panic, and goes on without it', async () => {
    const sources = [
      { start: () => Promise.reject(new Error('async')) },
      {
        start() {
          throw new Error('sync')
        },
      },
    ]
    const { controller, queue, clock, panics, reconciled } = setUp(async () => undefined, { sources })
    await controller.start()
    queue.add('a')
    await clock.advance(0)
    expect(panics.sort()).toEqual(['source: async', 'source: sync'])
    expect(reconciled).toHaveLength(1)
  })
})

describe('the stop', () => {
  it('drains: lets runs end by themselves, starts no other, and stops caches and sources', async () => {
    const { runs, reconcile } = heldRuns()
    let sourceSignal: AbortSignal | undefined
    const source = {
      start(_: unknown, signal: AbortSignal) {
        sourceSignal = signal
      },
    }
    const { controller, queue, clock, reconciled } = setUp(reconcile, { caches: [syncedCache()], sources: [source] })
    await controller.start()
    for (const key of ['a', 'b', 'c']) queue.add(key)
    await clock.advance(0)
    let stopped = false
    const stop = controller.stop().then(() => {
      stopped = true
    })
    await clock.advance(1_000)
    expect(stopped).toBe(false)
    expect(sourceSignal?.aborted).toBe(true)
    expect(runs.map(({ context }) => context.signal.aborted)).toEqual([false, false])
    for (const { end } of runs) end()
    await stop
    expect(reconciled.map(({ key }) => key)).toEqual(['a', 'b'])
    expect(clock.pending).toBe(0)
  })

  it('aborts runs after the grace and waits for them to end; they count as stopped, not as failed', async () => {
    const reconcile: Reconcile = (_, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const { controller, queue, clock, reconciled } = setUp(reconcile, { stopGrace: 3_000, reconcileTimeout: 60_000 })
    await controller.start()
    queue.add('a')
    await clock.advance(0)
    const stopped = controller.stop()
    await clock.advance(2_999)
    expect(reconciled).toEqual([])
    await clock.advance(1)
    await stopped
    expect(reconciled).toEqual([expect.objectContaining({ outcome: 'stopped', nextAfter: undefined })])
    expect([queue.failures('a'), clock.pending]).toEqual([0, 0])
  })

  it('does not wait for ever for a run that ignores its signal, and says so', async () => {
    const { reconcile } = heldRuns()
    const { controller, queue, clock, panics } = setUp(reconcile, { stopGrace: 3_000 })
    await controller.start()
    queue.add('a')
    await clock.advance(0)
    const stopped = controller.stop()
    await clock.advance(6_000)
    await stopped
    expect(panics).toEqual(['stop: Cannot end 1 runs: they ignore their signal'])
  })

  it('ends a start that still waits for its caches, and may be asked for twice', async () => {
    const never = (signal: AbortSignal) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const { controller } = setUp(async () => undefined, { caches: [{ ...syncedCache(), whenSynced: never }] })
    const started = controller.start()
    started.catch(() => {})
    await Promise.all([controller.stop(), controller.stop()])
    await expect(started).rejects.toThrow('Cannot start controller')
  })
})
