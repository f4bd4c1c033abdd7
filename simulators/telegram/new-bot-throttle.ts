// How many bots Telegram starts for one address: 20 a minute and 600 an hour, as buckets that refill steadily. After
// twenty at once there is room for one more every three seconds.

import type { Clock } from '../kit/clock.ts'
import { tooManyRequests } from './bot-api-error.ts'

interface Bucket {
  readonly capacity: number
  readonly refillMs: number
  level: number
  at: number
}

/** Throws BotApiError 429 with the seconds to wait when there is no room. */
export function createNewBotThrottle(clock: Clock): { admit(): void } {
  const bucket = (most: number, windowMs: number): Bucket => ({
    capacity: most,
    refillMs: windowMs / most,
    level: most,
    at: clock.monotonic(),
  })
  const buckets = [bucket(20, 60_000), bucket(600, 3_600_000)]
  return {
    admit() {
      const now = clock.monotonic()
      for (const one of buckets) refill(one, now)
      const waitMs = Math.max(...buckets.map(({ level, refillMs }) => (1 - level) * refillMs))
      if (waitMs >= 1) throw tooManyRequests(Math.floor(waitMs / 1_000) + 1)
      for (const one of buckets) one.level -= 1
    },
  }
}

function refill(bucket: Bucket, now: number): void {
  bucket.level = Math.min(bucket.capacity, bucket.level + (now - bucket.at) / bucket.refillMs)
  bucket.at = now
}
