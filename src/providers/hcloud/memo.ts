// A value that is dear to read and slow to change: read once for all who ask, kept for a while, never kept when it failed.

import type { Clock, Duration } from '../../clock.ts'
import { untilAborted } from './until-aborted.ts'

export interface Memo<T> {
  /** The kept value, or what `read` brings. `read` must not hang on the asker's signal: others share it. */
  get(read: () => Promise<T>, signal: AbortSignal): Promise<T>
}

export interface MemoDeps<T> {
  clock: Clock
  keepFor: Duration
  /** Default: everything is worth keeping. */
  isWorthKeeping?: (value: T) => boolean
}

export function createMemo<T>({ clock, keepFor, isWorthKeeping = () => true }: MemoDeps<T>): Memo<T> {
  let kept: { value: T; until: Duration } | undefined
  let reading: Promise<T> | undefined

  async function readOnce(read: () => Promise<T>): Promise<T> {
    try {
      // In a later turn: a read that throws at once must not leave its failure behind as the reading of others.
      const value = await Promise.resolve().then(read)
      if (isWorthKeeping(value)) kept = { value, until: clock.monotonic() + keepFor }
      return value
    } finally {
      reading = undefined
    }
  }

  return {
    async get(read, signal) {
      if (kept !== undefined && clock.monotonic() < kept.until) return kept.value
      reading ??= readOnce(read)
      return untilAborted(reading, signal)
    },
  }
}
