// Runs a reconciler: caches first, then sources and workers; one run per key at a time; a stop that ends what it began.

import { type Clock, type Duration, deadline, minutes, seconds } from '../clock.ts'
import type { Cache } from './cache/cache.ts'
import type { WorkQueue } from './queue/work-queue.ts'
import type { Reconcile } from './reconcile.ts'
import { createRunner, type Reconciled } from './runner.ts'
import type { Source } from './source.ts'
import { createTurnLimit } from './turn-limit.ts'

export interface ControllerDeps {
  readonly queue: WorkQueue
  readonly reconcile: Reconcile
  readonly workers: number
  /** After so long a run's signal aborts; its key is held until its promise settles. */
  readonly reconcileTimeout: Duration
  readonly clock: Clock
  /** Lets the event loop serve others, between runs; without it, runs that wait for nothing follow each other in one turn. */
  readonly nextTurn?: () => Promise<void>
  /** Reflectors that must have synced before the first run. */
  readonly caches?: readonly Cache[]
  readonly sources?: readonly Source[]
  /** Waited for when the caches have synced, before any source or worker starts: the leadership, say. Its rejection ends the start. */
  readonly permission?: (signal: AbortSignal) => Promise<void>
  /** How long the caches may take, at start. */
  readonly syncTimeout?: Duration
  /** How long a stop lets runs go on before it aborts them, and then how long it waits for them to end. */
  readonly stopGrace?: Duration
  /** Asked before each run: a delay, if the key is not to be looked at yet (e.g. the view is older than our last write). */
  readonly holdBack?: (key: string) => Duration | undefined
  readonly onReconciled?: (reconciled: Reconciled) => void
  /** Told of mistakes outside of a reconcile: a source that failed, a hook that threw, a run that outlived the stop. */
  readonly onPanic?: (error: unknown, where: string) => void
}

export interface Controller {
  /** Resolves when the caches have synced and the workers run; rejects, stopped, when they do not sync in time. */
  start(): Promise<void>
  /**
   * Stops intake, lets runs end, aborts them after the grace; resolves when they ended, or two graces have passed. The grace
   * counts with the first call.
   */
  stop(grace?: Duration): Promise<void>
  /** Runs in progress. */
  readonly active: number
  /** Runs in progress whose deadline has passed: each holds a worker. */
  readonly overdue: number
  readonly workers: number
}

export function createController(deps: ControllerDeps): Controller {
  const { queue, clock, workers, caches = [], sources = [], onPanic = () => {} } = deps
  const stopGrace = deps.stopGrace ?? seconds(10)
  const intake = new AbortController()
  const runner = createRunner(deps)
  const turn = deps.nextTurn && createTurnLimit({ clock, nextTurn: deps.nextTurn })
  const background: Promise<void>[] = []
  let stopped: Promise<void> | undefined

  async function sync(): Promise<void> {
    const limit = deadline(clock, deps.syncTimeout ?? minutes(2), intake.signal)
    try {
      await Promise.all(caches.map((cache) => cache.whenSynced(limit.signal)))
    } catch (cause) {
      const lastError = caches.map((cache) => cache.lastError).find((error) => error !== undefined)
      throw new Error('Cannot start controller: the caches have not synced', { cause: lastError ?? cause })
    } finally {
      limit.release()
    }
  }

  async function startSource(source: Source): Promise<void> {
    try {
      await source.start(queue.add, intake.signal)
    } catch (error) {
      if (!intake.signal.aborted) onPanic(error, 'source')
    }
  }

  async function work(): Promise<void> {
    for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
      // Asked last of all: what the others did meanwhile counts.
      for (let pause = turn?.pause; pause !== undefined; pause = turn?.pause) await pause
      if (intake.signal.aborted) queue.done(key)
      else await runner.run(key)
    }
  }

  async function shutDown(grace: Duration): Promise<void> {
    intake.abort(new DOMException('Controller stopped', 'AbortError'))
    queue.shutDown()
    const ended = Promise.all(background)
    if (await endsWithin(ended, grace)) return
    runner.abort()
    if (await endsWithin(ended, stopGrace)) return
    onPanic(new Error(`Cannot end ${runner.active} runs: they ignore their signal`), 'stop')
  }

  async function endsWithin(work: Promise<unknown>, grace: Duration): Promise<boolean> {
    let cancel = () => {}
    const late = new Promise<boolean>((resolve) => {
      cancel = clock.schedule(grace, () => resolve(false))
    })
    return Promise.race([work.then(() => true), late]).finally(() => cancel())
  }

  function stop(grace: Duration = stopGrace): Promise<void> {
    stopped ??= shutDown(grace)
    return stopped
  }

  return {
    async start() {
      for (const cache of caches) background.push(cache.run(intake.signal))
      try {
        await sync()
        await deps.permission?.(intake.signal)
      } catch (error) {
        await stop()
        throw error
      }
      if (intake.signal.aborted) return
      for (const source of sources) background.push(startSource(source))
      for (let worker = 0; worker < workers; worker++) background.push(work())
    },
    stop,
    get active() {
      return runner.active
    },
    get overdue() {
      return runner.overdue
    },
    workers,
  }
}
