// One run of the reconciler for one key, and what its outcome means to the queue.

import { type Clock, type Duration, deadline } from '../clock.ts'
import type { WorkQueue } from './queue/work-queue.ts'
import { type Reconcile, type ReconcileResult, TerminalError } from './reconcile.ts'

/**
 * success: nothing more to do; requeue_after: looks again by its own wish; error: retried with backoff; terminal: not
 * retried; stopped: the controller's stop cut it short.
 */
export type Outcome = 'success' | 'requeue_after' | 'error' | 'terminal' | 'stopped'

export interface Reconciled {
  readonly key: string
  readonly outcome: Outcome
  readonly durationMs: number
  readonly attempt: number
  /** When the key is looked at again unless something wakes it earlier; undefined: not by itself. */
  readonly nextAfter: Duration | undefined
  readonly error?: unknown
  /** Whether its deadline had passed when it ended. */
  readonly timedOut: boolean
}

export interface RunnerDeps {
  readonly queue: WorkQueue
  readonly reconcile: Reconcile
  readonly reconcileTimeout: Duration
  readonly clock: Clock
  readonly holdBack?: (key: string) => Duration | undefined
  readonly onReconciled?: (reconciled: Reconciled) => void
  readonly onPanic?: (error: unknown, where: string) => void
}

export interface Runner {
  /** Never rejects; returns the key to the queue when the reconciler's promise has settled, not earlier. */
  run(key: string): Promise<void>
  /** Aborts the runs in progress. */
  abort(): void
  readonly active: number
  readonly overdue: number
}

type Settled = { readonly timedOut: boolean } & (
  | { readonly result: ReconcileResult | undefined }
  | { readonly error: unknown }
)

type Conclusion = Pick<Reconciled, 'outcome' | 'nextAfter' | 'error'>

export function createRunner(deps: RunnerDeps): Runner {
  const { queue, reconcile, reconcileTimeout, clock, holdBack, onReconciled, onPanic } = deps
  const stop = new AbortController()
  const active = new Set<AbortSignal>()

  async function settle(key: string, attempt: number): Promise<Settled> {
    const limit = deadline(clock, reconcileTimeout, stop.signal)
    const timedOut = () => limit.signal.aborted && !stop.signal.aborted
    active.add(limit.signal)
    try {
      const result = await reconcile(key, { signal: limit.signal, attempt })
      if (Number.isNaN(result?.requeueAfter)) throw new TypeError(`Cannot requeue ${key}: the delay is not a number`)
      return { result, timedOut: timedOut() }
    } catch (error) {
      return { error, timedOut: timedOut() }
    } finally {
      active.delete(limit.signal)
      limit.release()
    }
  }

  function conclude(key: string, settled: Settled): Conclusion {
    if ('error' in settled) return concludeError(key, settled.error)
    queue.forget(key)
    const after = settled.result?.requeueAfter
    if (after === undefined) return { outcome: 'success', nextAfter: undefined }
    queue.addAfter(key, after, settled.result?.lane)
    return { outcome: 'requeue_after', nextAfter: after }
  }

  function concludeError(key: string, error: unknown): Conclusion {
    if (stop.signal.aborted) return { outcome: 'stopped', nextAfter: undefined, error }
    if (error instanceof TerminalError) {
      queue.forget(key)
      return { outcome: 'terminal', nextAfter: undefined, error }
    }
    const nextAfter = queue.addRateLimited(key, retryAfterOf(error))
    return { outcome: 'error', nextAfter, error }
  }

  function guarded(where: string, hook: () => void): void {
    try {
      hook()
    } catch (error) {
      onPanic?.(error, where)
    }
  }

  function isHeldBack(key: string): boolean {
    let isHeld = false
    guarded('hold-back', () => {
      const after = holdBack?.(key)
      if (after === undefined) return
      queue.addAfter(key, after)
      isHeld = true
    })
    return isHeld
  }

  return {
    async run(key) {
      if (isHeldBack(key)) return queue.done(key)
      const attempt = queue.failures(key) + 1
      const started = clock.monotonic()
      const settled = await settle(key, attempt)
      const durationMs = clock.monotonic() - started
      const conclusion = conclude(key, settled)
      queue.done(key)
      guarded('onReconciled', () =>
        onReconciled?.({ key, durationMs, attempt, timedOut: settled.timedOut, ...conclusion }),
      )
    },
    abort: () => stop.abort(new DOMException('Controller stopped', 'AbortError')),
    get active() {
      return active.size
    },
    get overdue() {
      return [...active].filter((signal) => signal.aborted).length
    },
  }
}

function retryAfterOf(error: unknown): Duration | undefined {
  const after = (error as { retryAfter?: unknown } | null | undefined)?.retryAfter
  return typeof after === 'number' && after >= 0 && after < Number.POSITIVE_INFINITY ? after : undefined
}
