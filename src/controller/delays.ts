// Keys that wait for their time: one heap, one timer, and one time per key, the earliest that was asked for.

import type { CancelTimer, Clock, Duration } from '../clock.ts'
import { createHeap } from './heap.ts'

export interface Delays {
  /** Lets the key wait `after` milliseconds, unless it already waits for an earlier time. */
  set(key: string, after: Duration): void
  delete(key: string): void
  clear(): void
  readonly size: number
}

interface Waiting {
  readonly key: string
  readonly due: number
  readonly order: number
}

/** A Node timer with a longer delay fires at once. About 25 days; a longer wait sets its timer more than once. */
export const longestTimer: Duration = 2 ** 31 - 1

/** `release` is called once for each key whose time has come, the earliest first. */
export function createDelays({ clock, release }: { clock: Clock; release: (key: string) => void }): Delays {
  const waiting = new Map<string, Waiting>()
  // An element that is no longer the one in `waiting` was overtaken by an earlier time, or deleted, and is skipped.
  const heap = createHeap<Waiting>((a, b) => a.due < b.due || (a.due === b.due && a.order < b.order))
  let order = 0
  let timer: { due: number; cancel: CancelTimer } | undefined

  function next(): Waiting | undefined {
    for (let entry = heap.peek(); entry !== undefined; entry = heap.peek()) {
      if (waiting.get(entry.key) === entry) return entry
      heap.pop()
    }
    return undefined
  }

  function arm(): void {
    const due = next()?.due
    if (timer?.due === due) return
    timer?.cancel()
    timer = undefined
    if (due === undefined) return
    const after = Math.min(Math.max(due - clock.monotonic(), 0), longestTimer)
    timer = { due, cancel: clock.schedule(after, onTimer) }
  }

  function onTimer(): void {
    timer = undefined
    const now = clock.monotonic()
    for (let entry = next(); entry !== undefined && entry.due <= now; entry = next()) {
      waiting.delete(entry.key)
      release(entry.key)
    }
    arm()
  }

  return {
    set(key, after) {
      const due = clock.monotonic() + after
      const known = waiting.get(key)
      if (known !== undefined && known.due <= due) return
      const entry = { key, due, order: order++ }
      waiting.set(key, entry)
      heap.push(entry)
      arm()
    },
    delete(key) {
      if (waiting.delete(key)) arm()
    },
    clear() {
      waiting.clear()
      arm()
    },
    get size() {
      return waiting.size
    },
  }
}
