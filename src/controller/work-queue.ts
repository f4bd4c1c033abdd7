// Which keys to look at, and when. A key waits at most once, and is never handed out twice at a time.

import type { Clock, Duration } from '../clock.ts'
import type { Backoff } from './backoff.ts'
import { createDelays } from './delays.ts'

export interface WorkQueue {
  /** Look at the key now. While it is being worked on: once more after `done`. */
  add(key: string): void
  /** Look at the key within `after` milliseconds. A key has one time only, the earliest asked for; a look clears it. */
  addAfter(key: string, after: Duration): void
  /** Adds after the key's backoff, but not before `atLeast`; returns the delay chosen. */
  addRateLimited(key: string, atLeast?: Duration): Duration
  /** Ends the key's row of failures; does not take back an add. */
  forget(key: string): void
  /** Failures in a row. */
  failures(key: string): number
  /** The next key to work on; every one must be given back with `done`. Undefined once the queue is shut down. */
  get(): Promise<string | undefined>
  done(key: string): void
  /** Takes and hands out nothing more. What waits is dropped: the next process lists every object anyway. */
  shutDown(): void
  /** Keys that could be handed out now. */
  readonly depth: number
  /** Keys whose time has not come. */
  readonly delayed: number
  /** Keys handed out and not given back. */
  readonly active: number
}

export function createWorkQueue({ clock, backoff }: { clock: Clock; backoff: Backoff }): WorkQueue {
  const lots = createLots()
  const delays = createDelays({ clock, release: add })
  const takers: ((key: string | undefined) => void)[] = []
  let closed = false

  function add(key: string): void {
    if (closed) return
    delays.delete(key)
    lots.add(key)
    while (takers.length > 0 && lots.depth > 0) takers.shift()?.(lots.take())
  }

  function addAfter(key: string, after: Duration): void {
    if (Number.isNaN(after)) throw new RangeError(`Cannot delay ${key}: the delay is not a number`)
    if (after <= 0) add(key)
    else if (!closed && !lots.isPending(key)) delays.set(key, after)
  }

  return {
    add,
    addAfter,
    addRateLimited(key, atLeast = 0) {
      const after = Math.max(backoff.next(key), atLeast)
      addAfter(key, after)
      return after
    },
    forget: (key) => backoff.forget(key),
    failures: (key) => backoff.failures(key),
    get() {
      const key = lots.take()
      if (key !== undefined || closed) return Promise.resolve(key)
      return new Promise((resolve) => takers.push(resolve))
    },
    done(key) {
      if (lots.release(key)) add(key)
    },
    shutDown() {
      closed = true
      lots.clear()
      delays.clear()
      for (const taker of takers.splice(0)) taker(undefined)
    },
    get depth() {
      return lots.depth
    },
    get delayed() {
      return delays.size
    },
    get active() {
      return lots.active
    },
  }
}

/** Keys to work on now and keys being worked on. */
function createLots() {
  const ready = new Set<string>() // insertion order is the order of service
  const again = new Set<string>() // added while being worked on
  const active = new Set<string>()
  return {
    add(key: string): void {
      if (active.has(key)) again.add(key)
      else ready.add(key)
    },
    take(): string | undefined {
      const [key] = ready
      if (key === undefined) return undefined
      ready.delete(key)
      active.add(key)
      return key
    },
    /** Whether the key was added meanwhile. */
    release(key: string): boolean {
      active.delete(key)
      return again.delete(key)
    },
    isPending: (key: string): boolean => ready.has(key) || again.has(key),
    clear(): void {
      ready.clear()
      again.clear()
    },
    get depth() {
      return ready.size
    },
    get active() {
      return active.size
    },
  }
}
