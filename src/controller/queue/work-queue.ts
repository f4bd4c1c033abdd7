// Which keys to look at, and when. A key waits at most once, and is never handed out twice at a time.

import type { Clock, Duration } from '../../clock.ts'
import type { Backoff } from './backoff.ts'
import { createDelays, type Look } from './delays.ts'
import type { Lane } from './lanes.ts'
import { createLots, type QueueObserver } from './lots.ts'
import { createRetryMeter, type RetryRate, usualRetryRate } from './retry-meter.ts'
import type { PartitionOf } from './turns.ts'

export interface WorkQueue {
  /** Look at the key now; `live` unless said. While it is being worked on: once more after `done`. */
  add(key: string, lane?: Lane): void
  /**
   * Look at the key within `after` milliseconds. It has one time only, the earliest asked for; a look clears it. The
   * lane, unless said, is the one in which the key was handed out, or `live` when nobody works on it.
   */
  addAfter(key: string, after: Duration, lane?: Lane): void
  /**
   * Adds after the key's backoff, but not before `atLeast`; returns the delay chosen. It may become longer while more
   * keys fail than may be tried again per second, in turn with the other partitions' keys.
   */
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
  /** Keys that wait in this lane; one that was added while it is worked on waits, too. */
  depthOf(lane: Lane): number
  /** Keys whose time has not come, and retries whose turn has not. */
  readonly delayed: number
  /** Keys handed out and not given back. */
  readonly active: number
}

export interface WorkQueueDeps {
  readonly clock: Clock
  readonly backoff: Backoff
  /** Keys of one partition take turns with those of the others; by default all are of one. */
  readonly partitionOf?: PartitionOf
  readonly retryRate?: RetryRate
  readonly observer?: QueueObserver
}

export function createWorkQueue(deps: WorkQueueDeps): WorkQueue {
  const { clock, backoff, partitionOf = () => '', retryRate: rate = usualRetryRate, observer = {} } = deps
  const lots = createLots(partitionOf, observer)
  const meter = createRetryMeter({ clock, rate, partitionOf, release: add })
  const delays = createDelays({ clock, release: come })
  const takers: ((key: string | undefined) => void)[] = []
  let closed = false

  function add(key: string, lane: Lane = 'live'): void {
    if (closed) return
    lots.add(key, lane)
    serve()
  }

  /** The time of a delayed key has come. */
  function come(key: string, { lane, isRetry }: Look): void {
    if (isRetry) meter.add(key, lane)
    else add(key, lane)
  }

  function delay(key: string, after: Duration, look: Look): void {
    if (Number.isNaN(after)) throw new RangeError(`Cannot delay ${key}: the delay is not a number`)
    if (closed) return
    if (after > 0) observer.onDelay?.(key)
    if (lots.willRun(key, look.lane)) return
    if (after <= 0) come(key, look)
    else delays.set(key, after, look)
  }

  function serve(): void {
    while (takers.length > 0 && lots.depth > 0) takers.shift()?.(take())
  }

  function take(): string | undefined {
    const key = lots.take()
    if (key === undefined) return undefined
    delays.delete(key)
    meter.delete(key)
    return key
  }

  return {
    add,
    addAfter: (key, after, lane = lots.laneOf(key)) => delay(key, after, { lane, isRetry: false }),
    addRateLimited(key, atLeast = 0) {
      const after = Math.max(backoff.next(key), atLeast)
      delay(key, after, { lane: lots.laneOf(key), isRetry: true })
      return after
    },
    forget: backoff.forget,
    failures: backoff.failures,
    get() {
      const key = take()
      if (key !== undefined || closed) return Promise.resolve(key)
      return new Promise((resolve) => takers.push(resolve))
    },
    done(key) {
      lots.done(key)
      serve()
    },
    shutDown() {
      closed = true
      for (const part of [lots, delays, meter]) part.clear()
      for (const taker of takers.splice(0)) taker(undefined)
    },
    get depth() {
      return lots.depth
    },
    depthOf: lots.depthOf,
    get delayed() {
      return delays.size + meter.size
    },
    get active() {
      return lots.active
    },
  }
}
