// Metrics of controllers, under the names, labels and buckets of controller-runtime, so that its dashboards fit unchanged.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** As the runtime tells it of one run. */
export interface ReconcileOutcome {
  readonly outcome: 'success' | 'requeue_after' | 'error' | 'terminal' | 'stopped'
  readonly durationMs: number
  readonly timedOut: boolean
}

export interface ControllerMetrics {
  reconciled(run: ReconcileOutcome): void
  /** Something beside the reconciler itself has thrown that must not. */
  panicked(): void
}

export interface ControllerToWatch {
  readonly name: string
  readonly workers: number
  /** Runs in progress; read when scraped. */
  readonly active: () => number
}

const results = ['success', 'error', 'requeue', 'requeue_after'] as const

const resultOf = {
  success: 'success',
  requeue_after: 'requeue_after',
  error: 'error',
  terminal: 'error',
  stopped: 'error',
} as const satisfies Record<ReconcileOutcome['outcome'], (typeof results)[number]>

/** controller-runtime's own, in seconds. */
const reconcileBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
]

export function controllerMetrics(registers: Registry[]): (controller: ControllerToWatch) => ControllerMetrics {
  const watched: ControllerToWatch[] = []
  const byController = { labelNames: ['controller'], registers } as const
  const counter = (name: string, help: string) =>
    new Counter({ name: `controller_runtime_${name}`, help, ...byController })

  const total = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Reconciliations per controller and result',
    labelNames: ['controller', 'result'],
    registers,
  })
  const errors = counter('reconcile_errors_total', 'Reconciliations per controller that failed')
  const terminal = counter('terminal_reconcile_errors_total', 'Reconciliations per controller that no retry can help')
  const panics = counter('reconcile_panics_total', 'Mistakes around reconciliations per controller')
  const timeouts = counter('reconcile_timeouts_total', 'Reconciliations per controller that took longer than allowed')
  const time = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Length of a reconciliation per controller',
    buckets: reconcileBuckets,
    ...byController,
  })
  new Gauge({
    name: 'controller_runtime_max_concurrent_reconciles',
    help: 'Most reconciliations at once per controller',
    ...byController,
    collect() {
      for (const { name, workers } of watched) this.set({ controller: name }, workers)
    },
  })
  new Gauge({
    name: 'controller_runtime_active_workers',
    help: 'Reconciliations in progress per controller',
    ...byController,
    collect() {
      for (const { name, active } of watched) this.set({ controller: name }, active())
    },
  })

  return (controller) => {
    const labels = { controller: controller.name }
    watched.push(controller)
    // A rate needs the series from the start.
    for (const result of results) total.inc({ ...labels, result }, 0)
    for (const each of [errors, terminal, panics, timeouts]) each.inc(labels, 0)
    time.zero(labels)
    return {
      reconciled({ outcome, durationMs, timedOut }) {
        const result = resultOf[outcome]
        total.inc({ ...labels, result })
        time.observe(labels, durationMs / 1_000)
        if (result === 'error') errors.inc(labels)
        if (outcome === 'terminal') terminal.inc(labels)
        if (timedOut) timeouts.inc(labels)
      },
      panicked: () => panics.inc(labels),
    }
  }
}
