// Metrics of what a process is to its cluster: its calls, its leadership and its certificate, under the names of client-go and
// controller-runtime.

import { Counter, Gauge, type Registry } from 'prom-client'

export interface ClientMetrics {
  /** One try of a call to the API server. `code` is the HTTP status, or `<error>`. */
  restCall(call: { code: string; method: string; host: string }): void
  /** The leadership under this name; false until told otherwise. */
  election(name: string): ElectionMetrics
  /** One reading of the certificate of /metrics from its files. */
  certificateRead(outcome: 'read' | 'failed'): void
}

export interface ElectionMetrics {
  /** Whether this process leads now. */
  leads(leads: boolean): void
  /** A renewal that had to read the Lease first. */
  slowPath(): void
}

export function clientMetrics(registers: Registry[]): ClientMetrics {
  const calls = new Counter({
    name: 'rest_client_requests_total',
    help: 'Calls to the API server per HTTP status, method and host',
    labelNames: ['code', 'method', 'host'],
    registers,
  })
  const leader = new Gauge({
    name: 'leader_election_master_status',
    help: 'Whether this process leads: 1, or 0 for a standby',
    labelNames: ['name'],
    registers,
  })
  const slow = new Counter({
    name: 'leader_election_slowpath_total',
    help: 'Renewals of the lease that had to read it first',
    labelNames: ['name'],
    registers,
  })
  const reads = new Counter({
    name: 'certwatcher_read_certificate_total',
    help: 'Readings of the certificate',
    registers,
  })
  const failures = new Counter({
    name: 'certwatcher_read_certificate_errors_total',
    help: 'Readings of the certificate that failed',
    registers,
  })
  return {
    restCall: ({ code, method, host }) => calls.inc({ code, method, host }),
    election(name) {
      leader.set({ name }, 0)
      slow.inc({ name }, 0)
      return { leads: (leads) => leader.set({ name }, leads ? 1 : 0), slowPath: () => slow.inc({ name }) }
    },
    certificateRead(outcome) {
      reads.inc()
      if (outcome === 'failed') failures.inc()
    },
  }
}
