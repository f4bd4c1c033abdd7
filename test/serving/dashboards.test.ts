// What Kubebuilder's two Grafana dashboards ask for, named as facts: they must find it here as they do in an operator in Go.

import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/serving/metrics.ts'
import { type Family, parseExposition } from '../support/exposition.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { busyMetrics } from './busy-metrics.ts'

/** Given to a series by Prometheus, which names the place it was scraped from; the dashboards choose and add up by them. */
const targetLabels = ['job', 'namespace', 'pod', 'instance', 'container', 'endpoint', 'service', 'node']

/** Beside target labels, what a panel groups by or writes into its legend; `le` stands for buckets. */
const panels = [
  { panel: 'workers in use', series: 'controller_runtime_active_workers', type: 'gauge', by: ['controller'] },
  { panel: 'reconciles per second', series: 'controller_runtime_reconcile_total', type: 'counter', by: [] },
  { panel: 'failures per second', series: 'controller_runtime_reconcile_errors_total', type: 'counter', by: [] },
  { panel: 'depth', series: 'workqueue_depth', type: 'gauge', by: [] },
  { panel: 'P50, P90, P99 of the wait', series: 'workqueue_queue_duration_seconds', type: 'histogram', by: ['name'] },
  { panel: 'adds per second', series: 'workqueue_adds_total', type: 'counter', by: ['name'] },
  { panel: 'unfinished work', series: 'workqueue_unfinished_work_seconds', type: 'gauge', by: [] },
  { panel: 'P50, P90, P99 of the work', series: 'workqueue_work_duration_seconds', type: 'histogram', by: ['name'] },
  { panel: 'retries per second', series: 'workqueue_retries_total', type: 'counter', by: ['name'] },
  { panel: 'processor time', series: 'process_cpu_seconds_total', type: 'counter', by: [] },
  { panel: 'memory', series: 'process_resident_memory_bytes', type: 'gauge', by: [] },
]

function startMetrics() {
  const metrics = createMetrics()
  metrics.controller({ name: 'project', workers: 1, active: () => 0 })
  metrics.queue({ name: 'project', clock: fakeClock(), depths: () => ({ '0': 0, '-100': 0 }) })
  return metrics
}

/** Lines of values: a family that is only announced shows nothing. */
function samplesOf(page: string, { name, type }: Pick<Family, 'name' | 'type'>): string[] {
  const series = type === 'histogram' ? `${name}_bucket` : name
  return page.split('\n').filter((line) => line.startsWith(`${series}{`) || line.startsWith(`${series} `))
}

describe.each([
  { when: 'from the first scrape', page: () => startMetrics().page.render() },
  { when: 'after some work', page: () => busyMetrics().metrics.page.render() },
])('a dashboard of Kubebuilder, $when', ({ page }) => {
  it.each(panels)('finds the series of "$panel"', async ({ series, type, by }) => {
    const text = await page()
    const family = parseExposition(text).find(({ name }) => name === series)
    expect(family).toMatchObject({ type, labels: expect.arrayContaining(by) })
    expect(samplesOf(text, { name: series, type }).length).toBeGreaterThan(0)
    if (type === 'histogram') expect(family?.buckets).toHaveLength(12)
  })

  it('finds jobs, namespaces and pods by the labels of the target, which no label of ours hides', async () => {
    const hidden = parseExposition(await page()).filter(({ labels }) =>
      labels.some((one) => targetLabels.includes(one)),
    )
    expect(hidden).toEqual([])
  })
})
