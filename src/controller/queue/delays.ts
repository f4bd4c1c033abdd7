// Keys that wait for their time: one heap, one timer, and one time per key, the earliest that was asked for.

import { type CancelTimer, type Clock, type Duration, longestTimer } from '../../clock.ts'
import { createHeap, type Heaped } from './heap.ts'
import type { Lane } from './lanes.ts'

/** What becomes of a key when its time has come. */
export interface Look {
  readonly lane: Lane
  /** It failed: the overall rate of retries counts it. */
  readonly isRetry: boolean
}

export interface Delays {
  /**
   * Lets the key wait `after` milliseconds. Asked for twice, it is looked at at the earlier time, in the more urgent lane,
   * and as a retry only if it is nothing else.
   */
  set(key: string, after: Duration, look: Look): void
  delete(key: string): void
  clear(): void
  readonly size: number
}

interface Waiting extends Look, Heaped {
  readonly key: string
  readonly due: number
  readonly order: number
}

/** `release` is called once for each key whose time has come, the earliest first. */
export function createDelays(deps: { clock: Clock; release: (key: string, look: Look) => void }): Delays {
  const { clock, release } = deps
  const waiting = new Map<string, Waiting>()
  const heap = createHeap<Waiting>((a, b) => a.due < b.due || (a.due === b.due && a.order < b.order))
  let order = 0
  let timer: { due: number; cancel: CancelTimer } | undefined

  function drop(entry: Waiting): void {
    waiting.delete(entry.key)
    heap.remove(entry)
  }

  function arm(): void {
    const due = heap.peek()?.due
    if (timer?.due === due) return
    timer?.cancel()
    timer = undefined
    if (due === undefined) return
    // A longer wait sets its timer more than once.
    const after = Math.min(Math.max(due - clock.monotonic(), 0), longestTimer)
    timer = { due, cancel: clock.schedule(after, onTimer) }
  }

  function onTimer(): void {
    timer = undefined
    const now = clock.monotonic()
    for (let entry = heap.peek(); entry !== undefined && entry.due <= now; entry = heap.peek()) {
      drop(entry)
      release(entry.key, entry)
    }
    arm()
  }

  return {
    set(key, after, look) {
      const asked: Waiting = { key, due: clock.monotonic() + after, order: order++, ...look, place: 0 }
      const known = waiting.get(key)
      const entry = known === undefined ? asked : merge(known, asked)
      if (entry === known) return
      if (known !== undefined) drop(known)
      waiting.set(key, entry)
      heap.push(entry)
      arm()
    },
    delete(key) {
      const entry = waiting.get(key)
      if (entry === undefined) return
      drop(entry)
      arm()
    },
    clear() {
      waiting.clear()
      heap.clear()
      arm()
    },
    get size() {
      return waiting.size
    },
  }
}

function merge(known: Waiting, asked: Waiting): Waiting {
  const { key, due, order } = asked.due < known.due ? asked : known
  const lane = known.lane === 'live' ? 'live' : asked.lane
  const isRetry = known.isRetry && asked.isRetry
  const isSame = due === known.due && lane === known.lane && isRetry === known.isRetry
  return isSame ? known : { key, due, order, lane, isRetry, place: 0 }
}
