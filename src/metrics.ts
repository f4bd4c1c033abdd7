// What the operator counts, under the names that controller-runtime's dashboards know, and a few of its own.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  /** For the /metrics page: its content type and text. */
  readonly page: { readonly contentType: string; render(): Promise<string> }
  /** Counts and times the passes of one controller, and reads its queue when scraped. */
  controller(o: { name: string; depth: () => number }): {
    reconciled(o: { result: ReconcileResultLabel; durationMs: number }): void
  }
  /** One call to Hetzner, as its caller sees it. `code` is the HTTP status, or `none` without an answer. */
  hcloudRequest(o: { operation: string; code: number | 'none' }): void
  /** What became of one event that was recorded. */
  event(outcome: string): void
  /** What Hetzner's RateLimit-Remaining header said last, per account. */
  hcloudRemaining(o: { account: string; remaining: number }): void
}

const results = ['success', 'error', 'requeue', 'requeue_after'] as const
export type ReconcileResultLabel = (typeof results)[number]

/** controller-runtime's own, in seconds. */
const reconcileBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
]

function controllerMetrics(registers: Registry[]): Metrics['controller'] {
  const total = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Reconciliations per controller and result',
    labelNames: ['controller', 'result'],
    registers,
  })
  const time = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Length of a reconciliation per controller',
    labelNames: ['controller'],
    buckets: reconcileBuckets,
    registers,
  })
  const depths = new Map<string, () => number>()
  new Gauge({
    name: 'workqueue_depth',
    help: 'Keys that wait to be worked on',
    labelNames: ['name', 'controller', 'priority'],
    registers,
    collect() {
      for (const [name, depth] of depths) this.set({ name, controller: name, priority: '' }, depth())
    },
  })
  return ({ name, depth }) => {
    depths.set(name, depth)
    for (const result of results) total.inc({ controller: name, result }, 0) // a rate needs the series from the start
    return {
      reconciled({ result, durationMs }) {
        total.inc({ controller: name, result })
        time.observe({ controller: name }, durationMs / 1_000)
      },
    }
  }
}

function hcloudMetrics(registers: Registry[]): Pick<Metrics, 'hcloudRequest' | 'hcloudRemaining'> {
  const requests = new Counter({
    name: 'botyard_hcloud_requests_total',
    help: 'Calls to the Hetzner Cloud API per operation and HTTP status',
    labelNames: ['operation', 'code'],
    registers,
  })
  const remaining = new Gauge({
    name: 'botyard_hcloud_ratelimit_remaining',
    help: 'Calls that the Hetzner Cloud API still allows, per account',
    labelNames: ['account'],
    registers,
  })
  return {
    hcloudRequest: ({ operation, code }) => requests.inc({ operation, code: String(code) }),
    hcloudRemaining: (o) => remaining.set({ account: o.account }, o.remaining),
  }
}

function eventMetrics(registers: Registry[]): Pick<Metrics, 'event'> {
  const events = new Counter({
    name: 'botyard_events_total',
    help: 'Kubernetes events by what became of them: written, counted in an earlier one, or dropped',
    labelNames: ['outcome'],
    registers,
  })
  return { event: (outcome) => events.inc({ outcome }) }
}

/** A registry of its own for each caller, so that tests and several operators in one process do not meet. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return {
    page: { contentType: registry.contentType, render: () => registry.metrics() },
    controller: controllerMetrics([registry]),
    ...eventMetrics([registry]),
    ...hcloudMetrics([registry]),
  }
}
