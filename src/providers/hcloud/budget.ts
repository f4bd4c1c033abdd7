// The request budget of one account: a bucket that refills evenly, shared with every other tool that uses the project.
// It never waits: who finds it too low is told when to come back.

import { type Clock, type Duration, hours, seconds } from '../../clock.ts'
import type { Lane } from './account.ts'
import { HcloudError, type RateLimit } from './errors.ts'

/** How much of the bucket, beyond the reserve for others, must be left after a call of this lane. */
const floors: Readonly<Record<Lane, number>> = { delete: 0, create: 0.05, repair: 0.1, drift: 0.15 }

/** What the vendor documents; the headers of the first answer correct it. */
const documentedLimit = 3600

export interface Spent {
  /** The call has ended, with these headers if there was an answer. One of the two is called, once. */
  settle(rateLimit?: RateLimit): void
  /** Hetzner said 429 in spite of all: nothing is sent for the time that this answers. */
  throttled(answer?: { rateLimit?: RateLimit | undefined; retryAfter?: Duration | undefined }): Duration
}

export interface Budget {
  /** Spends one request, or throws HcloudError `out_of_budget` with `retryAfter`. */
  take(lane: Lane): Spent
  /** Requests per hour. */
  readonly limit: number
  /** An estimate between two answers. */
  readonly remaining: number
}

export interface BudgetDeps {
  clock: Clock
  random: () => number
  /** Share of the bucket that is left to other tools, from 0 to below 1. */
  reserve: number
}

export function createBudget({ clock, random, reserve }: BudgetDeps): Budget {
  let limit = documentedLimit
  let level = documentedLimit
  let levelAt = clock.monotonic()
  let inFlight = 0
  let refusals = 0
  let closedUntil = Number.NEGATIVE_INFINITY

  const perMillisecond = () => limit / hours(1)

  function refill(): void {
    const now = clock.monotonic()
    level = Math.min(limit, level + (now - levelAt) * perMillisecond())
    levelAt = now
  }

  function outOfBudget(retryAfter: Duration): HcloudError {
    return new HcloudError({
      errorClass: 'Throttled',
      code: 'out_of_budget',
      message: `Cannot call Hetzner: ${Math.floor(level)} of ${limit} requests are left, and some are kept for others`,
      remedy: 'Nothing to do: it goes on when the budget has refilled. Look for other tools that use this project.',
      // Spread, so that those who wait do not come back in the same moment.
      retryAfter: Math.ceil(retryAfter * (1 + random() / 4)),
    })
  }

  function settle(rateLimit: RateLimit | undefined): void {
    inFlight -= 1
    if (rateLimit === undefined) return
    refill()
    limit = rateLimit.limit
    // The answers of calls in flight are not in this number yet.
    level = Math.max(0, rateLimit.remaining - inFlight)
  }

  /** As told; where nobody says how long, the pause doubles from a second to a minute. With jitter in any case. */
  function pause(told: Duration = 0): Duration {
    const wait = Math.max(told, Math.min(seconds(60), seconds(1) * 2 ** refusals)) * (1 + random() / 2)
    refusals = Math.min(refusals + 1, 6)
    closedUntil = Math.max(closedUntil, clock.monotonic() + wait)
    return Math.ceil(closedUntil - clock.monotonic())
  }

  return {
    take(lane) {
      refill()
      const closedFor = closedUntil - clock.monotonic()
      if (closedFor > 0) throw outOfBudget(closedFor)
      const missing = limit * Math.min(reserve + floors[lane], 0.95) + 1 - level
      if (missing > 0) throw outOfBudget(missing / perMillisecond())
      level -= 1
      inFlight += 1
      return {
        settle(rateLimit) {
          settle(rateLimit)
          if (rateLimit !== undefined) refusals = 0
        },
        throttled({ rateLimit, retryAfter } = {}) {
          settle(rateLimit)
          return pause(retryAfter)
        },
      }
    },
    get limit() {
      return limit
    },
    get remaining() {
      refill()
      return level
    },
  }
}
