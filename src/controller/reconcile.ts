// What a reconciler is to the runtime: a function of a key that may be called at any time, any number of times.

import type { Duration } from '../clock.ts'
import type { Lane } from './queue/lanes.ts'

export interface ReconcileResult {
  /** Look again after this many milliseconds (0: at once). Without it, only a change or a source wakes the key. */
  readonly requeueAfter?: Duration | undefined
  /** `low` for a look that nobody waits for. By default the lane of this run: what is under way stays as urgent as it was. */
  readonly lane?: Lane | undefined
}

export interface ReconcileContext {
  /** Aborts when the reconcile deadline passes or the controller stops. The key is held until the promise settles. */
  readonly signal: AbortSignal
  /** 1, plus the number of failures of this key in a row. */
  readonly attempt: number
}

/**
 * Brings the world of one key closer to what is wanted. A throw is a failure: the key is retried with a growing delay,
 * and not before the error's `retryAfter` (milliseconds) if it carries one. An object that is gone is a success.
 */
export type Reconcile = (key: string, context: ReconcileContext) => Promise<ReconcileResult | undefined>

/** Thrown when no retry can help: counted and reported, but only a change of the object wakes the key again. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError'
}
