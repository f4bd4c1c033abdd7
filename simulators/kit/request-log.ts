// Counts and remembers the requests that reached a simulated service: the oracle for "who called what, how often".

import type { Clock } from './clock.ts'
import type { Handler } from './handler.ts'

export interface RequestCount {
  method: string
  /** Path without secrets and ids. */
  path: string
  /** Of the answer; 0 when the connection was dropped or the answer is still owed. */
  status: number
  count: number
}

export interface LoggedRequest {
  /** Simulated time, milliseconds since the epoch. */
  at: number
  method: string
  /** Path without secrets, ids kept. */
  target: string
  status: number
}

export interface RequestLog {
  /** Outermost, so that it sees what the client sees, faults included. */
  wrap(handler: Handler): Handler
  counts(): RequestCount[]
  /** The latest ones, oldest first. */
  log(): readonly LoggedRequest[]
  reset(): void
}

export interface RequestLogDeps {
  clock: Clock
  /** Words the path of a request without its secrets. */
  describe(request: Request): { path: string; target: string }
}

const longestLog = 10_000

export function createRequestLog({ clock, describe }: RequestLogDeps): RequestLog {
  const counts = new Map<string, RequestCount>()
  let log: LoggedRequest[] = []

  function count(request: Request, { path, status }: { path: string; status: number }): void {
    const { method } = request
    const key = `${method} ${path} ${status}`
    const entry = counts.get(key) ?? { method, path, status, count: 0 }
    entry.count += 1
    counts.set(key, entry)
  }

  function remember(request: Request, target: string): LoggedRequest {
    const entry = { at: clock.now(), method: request.method, target, status: 0 }
    log.push(entry)
    if (log.length > 2 * longestLog) log = log.slice(-longestLog)
    return entry
  }

  return {
    wrap: (handler) => async (request) => {
      const { path, target } = describe(request)
      const entry = remember(request, target)
      try {
        const response = await handler(request)
        entry.status = response.status
        return response
      } finally {
        count(request, { path, status: entry.status })
      }
    },
    counts: () => [...counts.values()].map((entry) => ({ ...entry })),
    log: () => log.slice(-longestLog),
    reset() {
      counts.clear()
      log = []
    },
  }
}
