// The request budget of a Hetzner project: a bucket that refills evenly and may be emptied in one burst.

import { ApiFailure } from './errors.ts'
import type { HetznerProject } from './state.ts'
import type { World } from './world.ts'

/** Takes one request from the bucket. `allowed: false` when it is empty; the headers tell the state after it. */
export function spendRequest(
  project: HetznerProject,
  { clock }: World,
): { allowed: boolean; headers: Record<string, string> } {
  const { budget } = project
  const perMillisecond = budget.perHour / 3_600_000
  const now = clock.monotonic()
  budget.left = Math.min(budget.perHour, budget.left + (now - budget.at) * perMillisecond)
  budget.at = now
  const allowed = budget.left >= 1
  if (allowed) budget.left -= 1
  const fullAt = clock.now() + (budget.perHour - budget.left) / perMillisecond
  return {
    allowed,
    headers: {
      'ratelimit-limit': String(budget.perHour),
      'ratelimit-remaining': String(Math.floor(budget.left)),
      // When the bucket is full again, not when the next request is allowed.
      'ratelimit-reset': String(Math.ceil(fullAt / 1000)),
    },
  }
}

/** Newer texts carry the first half of the token: clients must not pass them on as they are. */
export const rateLimitExceeded = (perHour: number, token: string): ApiFailure =>
  new ApiFailure({
    status: 429,
    code: 'rate_limit_exceeded',
    message: `limit of ${perHour} requests per hour reached for token ${token.slice(0, token.length / 2)}`,
    details: {},
  })
