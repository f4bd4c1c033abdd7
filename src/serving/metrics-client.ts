// Metrics of what a process is to its cluster: its calls, its leadership and its certificate, under the names of client-go and
// controller-runtime.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { SentCall } from '../kube/exchange.ts'
import type { EndedCall } from '../kube/transport.ts'

export interface ClientMetrics {
  /** One try of a call to the API server. */
  restCall(call: SentCall): void
  /** A try that is followed by another one, by how it ended. */
  restRetry(call: SentCall): void
  /** A whole call; streams are none. */
  restEnded(call: EndedCall): void
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

/** client-go's own, in seconds. */
const callBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]

type RestMetrics = Pick<ClientMetrics, 'restCall' | 'restRetry' | 'restEnded'>

/** There is one host and a handful of methods, so the series are few. */
function restMetrics(registers: Registry[]): RestMetrics {
  const calls = new Counter({
    name: 'rest_client_requests_total',
    help: 'Calls to the API server per HTTP status, method and host',
    labelNames: ['code', 'method', 'host'],
    registers,
  })
  const retries = new Counter({
    name: 'rest_client_request_retries_total',
    help: 'Calls to the API server that were made again, per HTTP status of the one before, method and host',
    labelNames: ['code', 'verb', 'host'],
    registers,
  })
  const durations = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Length of a call to the API server with its retries, per method and host; watches are left out',
    labelNames: ['verb', 'host'],
    buckets: callBuckets,
    registers,
  })
  return {
    restCall: ({ code, method, host }) => calls.inc({ code, method, host }),
    restRetry: ({ code, method, host }) => retries.inc({ code, verb: method, host }),
    restEnded: ({ method, host, durationMs }) => durations.observe({ verb: method, host }, durationMs / 1_000),
  }
}

export function clientMetrics(registers: Registry[]): ClientMetrics {
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
    ...restMetrics(registers),
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
