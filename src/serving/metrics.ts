// What the operator counts, under the names that controller-runtime's dashboards know, and a few of its own.

import { collectDefaultMetrics, Registry } from 'prom-client'
import { type ClientMetrics, clientMetrics } from './metrics-client.ts'
import { type ControllerMetrics, type ControllerToWatch, controllerMetrics } from './metrics-controller.ts'
import { type OwnMetrics, ownMetrics } from './metrics-own.ts'
import { metricsPage } from './metrics-page.ts'
import { type QueueMetrics, type QueueToWatch, queueMetrics } from './metrics-queue.ts'

export interface MetricDescription {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly labels: readonly string[]
}

export interface Metrics extends ClientMetrics, OwnMetrics {
  /** For the /metrics page: its content type and text. */
  readonly page: { readonly contentType: string; render(): Promise<string> }
  /** Every metric but those of the process, for the reference page. */
  readonly described: readonly MetricDescription[]
  /** Counts and times the passes of one controller. */
  controller(controller: ControllerToWatch): ControllerMetrics
  /** Counts and times the keys of one queue. */
  queue(queue: QueueToWatch): QueueMetrics
}

/** A registry of its own for each caller, so that tests and several operators in one process do not meet. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const parts = {
    controller: controllerMetrics(registers),
    queue: queueMetrics(registers),
    ...clientMetrics(registers),
    ...ownMetrics(registers),
  }
  const described = registry.getMetricsAsArray().map(describe)
  collectProcessMetrics(registry)
  return { page: { contentType: registry.contentType, render: () => metricsPage(registry) }, described, ...parts }
}

/**
 * Gauges of the library that are left out. `_total` says counter: a linter complains of gauges named so, and their values are sums of
 * series that are there. The others say nonsense when two scrape at the same moment, and the second finds nothing measured.
 */
const misleading = /_total$|_lag_(min|mean|stddev)_seconds$/

/** Of the process, and of Node: among them how late the event loop runs, by Node's own histogram. */
function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry })
  for (const { name, type } of registry.getMetricsAsArray().map(describe))
    if (type === 'gauge' && misleading.test(name)) registry.removeSingleMetric(name)
}

/** The library's types do not tell the labels. */
function describe(metric: {
  name: string
  help: string
  type?: unknown
  labelNames?: readonly string[]
}): MetricDescription {
  const { name, help, type, labelNames = [] } = metric
  return { name, help, type: String(type), labels: labelNames }
}
