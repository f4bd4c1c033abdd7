// What was asked of the simulator: counters by route and status for tests that count calls, and the calls themselves.

export interface RequestCount {
  method: string
  /** The pattern, for instance `/servers/:id`; `*` stands for all unknown paths. */
  path: string
  status: number
  count: number
}

export interface LoggedRequest {
  /** Milliseconds since the epoch. */
  at: number
  method: string
  /** Path and query as sent, without `/v1`. */
  target: string
  status: number
  /** Name of the Hetzner project; absent when the token was not accepted. */
  project?: string
}

export interface Requests {
  record(request: LoggedRequest & { path: string }): void
  counts(): RequestCount[]
  /** The newest, oldest first. */
  log(): readonly LoggedRequest[]
  reset(): void
}

const longestLog = 10_000

export function createRequests(): Requests {
  const counts = new Map<string, RequestCount>()
  let log: LoggedRequest[] = []

  return {
    record({ path, ...request }) {
      const { method, status } = request
      const key = `${method} ${path} ${status}`
      const entry = counts.get(key) ?? { method, path, status, count: 0 }
      entry.count += 1
      counts.set(key, entry)
      log.push(request)
      if (log.length > 2 * longestLog) log = log.slice(-longestLog)
    },
    counts: () => [...counts.values()].map((entry) => ({ ...entry })),
    log: () => log.slice(-longestLog),
    reset() {
      counts.clear()
      log = []
    },
  }
}
