// How many failed keys are tried again per second, all together: a token bucket whose waiters are served fairly.
// client-go takes a token when a key fails, so that one owner's thousand failures push everybody's next retry minutes
// away. Here a key takes its token when its own backoff is over, in turn with the other owners' keys.

import type { CancelTimer, Clock } from '../../clock.ts'
import { createLanes, type Lane } from './lanes.ts'
import type { PartitionOf } from './turns.ts'

export interface RetryRate {
  readonly perSecond: number
  /** After a pause, so many at once. */
  readonly burst: number
}

/** client-go's. */
export const usualRetryRate: RetryRate = { perSecond: 10, burst: 100 }

export interface RetryMeterDeps {
  readonly clock: Clock
  readonly rate: RetryRate
  readonly partitionOf: PartitionOf
  readonly release: (key: string, lane: Lane) => void
}

export interface RetryMeter {
  /** Releases the key as soon as there is a token for it: at once, or in its turn. */
  add(key: string, lane: Lane): void
  /** The key needs no token any more. */
  delete(key: string): void
  clear(): void
  readonly size: number
}

export function createRetryMeter({ clock, rate, partitionOf, release }: RetryMeterDeps): RetryMeter {
  const waiting = createLanes(partitionOf)
  const interval = 1_000 / rate.perSecond
  const tolerance = interval * (rate.burst - 1)
  // When the bucket is full again: instants, not a count of tokens, so that no rounding adds up.
  let fullAt = Number.NEGATIVE_INFINITY
  let cancel: CancelTimer | undefined

  function releaseWhatMay(): void {
    const now = clock.monotonic()
    while (waiting.depth > 0 && now >= fullAt - tolerance) {
      fullAt = Math.max(fullAt, now) + interval
      const next = waiting.take()
      if (next !== undefined) release(next.key, next.lane)
    }
    arm(now)
  }

  function arm(now: number): void {
    cancel?.()
    cancel = waiting.depth > 0 ? clock.schedule(fullAt - tolerance - now, releaseWhatMay) : undefined
  }

  function stop(): void {
    cancel?.()
    cancel = undefined
  }

  return {
    add(key, lane) {
      waiting.add(key, lane)
      if (cancel === undefined) releaseWhatMay()
    },
    delete(key) {
      waiting.delete(key)
      if (waiting.depth === 0) stop()
    },
    clear() {
      waiting.clear()
      stop()
    },
    get size() {
      return waiting.depth
    },
  }
}
