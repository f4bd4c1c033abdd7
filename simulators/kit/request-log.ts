// Counts and remembers the requests that reached a simulated service: the oracle for "who called what, how often".

import type { Clock } from './clock.ts'
import type { Handler } from './handler.ts'

export interface LoggedRequest {
  /** Simulated time, RFC 3339. */
  at: string
  /** Method and path without secrets and ids: `POST /servers/:id/actions/poweron`. */
  route: string
  /** Path as it was, without secrets. */
  target: string
  /** Of the answer; 0 when the connection was dropped. */
  status: number
}

export interface RequestLog {
  wrap(handler: Handler): Handler
  counts(): { total: number; byRoute: Record<string, number> }
  /** The latest ones, oldest first. */
  latest(): readonly LoggedRequest[]
  clear(): void
}

export interface RequestLogDeps {
  clock: Clock
  /** Words a request without its secrets. */
  describe(request: Request): { route: string; target: string }
  /** How many to remember; the counts know of all. */
  keep?: number
}

export function createRequestLog({ clock, describe, keep = 10_000 }: RequestLogDeps): RequestLog {
  const counts = new Map<string, number>()
  const latest: LoggedRequest[] = []
  let total = 0

  function enter(request: Request): LoggedRequest {
    const { route, target } = describe(request)
    const entry = { at: new Date(clock.now()).toISOString(), route, target, status: 0 }
    total += 1
    counts.set(route, (counts.get(route) ?? 0) + 1)
    latest.push(entry)
    if (latest.length > keep) latest.shift()
    return entry
  }

  return {
    wrap: (handler) => async (request) => {
      const entry = enter(request)
      const response = await handler(request)
      entry.status = response.status
      return response
    },
    counts: () => ({ total, byRoute: Object.fromEntries([...counts].sort()) }),
    latest: () => latest,
    clear() {
      counts.clear()
      latest.length = 0
      total = 0
    },
  }
}
