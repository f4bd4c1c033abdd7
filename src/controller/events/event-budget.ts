// How many events an object may cause: a burst, then one now and then, so that one that misbehaves cannot flood the cluster.

import { type Clock, type Duration, minutes } from '../../clock.ts'

export interface EventBudget {
  /** Whether the object may have one more event now; if so, it is spent. */
  take(object: string): boolean
}

interface Bucket {
  tokens: number
  /** Monotonic; tokens have been added up to here. */
  at: Duration
}

/** As client-go has it: 25 at once, then one in five minutes. */
const burst = 25
const refill: Duration = minutes(5)
/** Beyond so many objects the one that was quiet for the longest time begins anew. */
const mostObjects = 4_096

export function createEventBudget({ clock }: { clock: Clock }): EventBudget {
  const buckets = new Map<string, Bucket>() // the longest quiet first

  function current(object: string): Bucket {
    const now = clock.monotonic()
    const { tokens, at } = buckets.get(object) ?? { tokens: burst, at: now }
    const earned = Math.floor((now - at) / refill)
    return tokens + earned >= burst ? { tokens: burst, at: now } : { tokens: tokens + earned, at: at + earned * refill }
  }

  return {
    take(object) {
      const bucket = current(object)
      if (bucket.tokens === 0) return false
      buckets.delete(object)
      buckets.set(object, { ...bucket, tokens: bucket.tokens - 1 })
      const [quietest] = buckets.keys()
      if (buckets.size > mostObjects && quietest !== undefined) buckets.delete(quietest)
      return true
    },
  }
}
