// Prometheus's own engine asks the questions of Kubebuilder's dashboards, of a process that has just started and then works.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { findPromtool } from '../../scripts/vendor-clients/promtool.ts'
import { createMetrics } from '../../src/serving/metrics.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { describeClient } from './describe-client.ts'
import { runClient } from './run-client.ts'

const prepared = await findPromtool()

/** What Prometheus knows of the pod that it scrapes. */
const target = 'job="botyard",namespace="botyard-system",pod="botyard-0",instance="10.0.0.1:8080"'
const here = '{job="botyard",namespace="botyard-system"}'

/** Before any work; then after ten keys that waited 50 ms and were worked on for 20 ms, one of them in vain. */
async function twoScrapes(): Promise<[string, string]> {
  const metrics = createMetrics()
  const clock = fakeClock()
  const controller = metrics.controller({ name: 'project', workers: 4, active: () => 1 })
  const queue = metrics.queue({ name: 'project', clock, depths: () => ({ '0': 2, '-100': 3 }) })
  const first = await metrics.page.render()
  for (let key = 0; key < 10; key++) {
    queue.onAdd(`${key}`)
    await clock.advance(50)
    queue.onGet(`${key}`)
    await clock.advance(20)
    queue.onDone(`${key}`)
    controller.reconciled({ outcome: key === 0 ? 'error' : 'success', durationMs: 20, timedOut: false })
  }
  queue.onDelay('0')
  queue.onGet('0')
  await clock.advance(4_000)
  return [first, await metrics.page.render()]
}

const samplesOf = (page: string): Map<string, string> =>
  new Map(
    page
      .split('\n')
      .filter((line) => /^(controller_runtime|workqueue|process)_/.test(line))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
  )

/** Scraped once a minute, as promtool writes it down: three times before the work, three times after it. */
function inputSeries([before, after]: [string, string]) {
  const earlier = samplesOf(before)
  return [...samplesOf(after)].map(([series, value]) => {
    const labelled = series.includes('{') ? series.replace('{', `{${target},`) : `${series}{${target}}`
    const start = earlier.get(series) ?? '_'
    return { series: labelled, values: [start, start, start, value, value, value].join(' ') }
  })
}

type Series = ReturnType<typeof inputSeries>

/** Evaluates each expression after five minutes; every one must be exactly 1. Answers what promtool says of those that are not. */
async function ask(series: Series, expressions: readonly string[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'botyard-promql-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'test.yml')
  const asked = expressions.map((expr) => ({ expr, eval_time: '5m', exp_samples: [{ labels: '{}', value: 1 }] }))
  const test = { interval: '1m', input_series: series, promql_expr_test: asked }
  await writeFile(file, JSON.stringify({ rule_files: [], evaluation_interval: '1m', tests: [test] }))
  const { code, stdout, stderr } = await runClient({
    program: prepared.ready ?? '',
    args: ['test', 'rules', file],
    env: {},
  })
  return code === 0 ? '' : stdout + stderr
}

const perSecond = (series: string) => `rate(${series}${here}[5m])`
const quantile = (share: number, series: string) =>
  `histogram_quantile(${share}, sum by (instance, name, le) (${perSecond(`${series}_bucket`)}))`
/** One value, without labels. */
const isBetween = (value: string, [low, high]: [number, number]) =>
  `max((${value} > bool ${low}) * (${value} <= bool ${high}))`

describeClient('PromQL', prepared, () => {
  it('finds what happened since the first scrape, by rates that need a zero before it', async () => {
    const counted = ['controller_runtime_reconcile_total', 'controller_runtime_reconcile_errors_total']
    const kept = ['workqueue_adds_total', 'workqueue_retries_total']
    const rates = [...counted, ...kept].map((series) => `max(sum(${perSecond(series)}) > bool 0)`)
    expect(await ask(inputSeries(await twoScrapes()), rates)).toBe('')
  })

  it.each([0.5, 0.9, 0.99])('finds the wait and the work of %s of all keys in their buckets', async (share) => {
    const waited = isBetween(quantile(share, 'workqueue_queue_duration_seconds'), [0.01, 0.1])
    const worked = isBetween(quantile(share, 'workqueue_work_duration_seconds'), [0.01, 0.1])
    expect(await ask(inputSeries(await twoScrapes()), [waited, worked])).toBe('')
  })

  it('finds gauges as they stand', async () => {
    const gauges = [
      `max(controller_runtime_active_workers${here} == bool 1)`,
      `sum(workqueue_depth${here}) == bool 5`,
      `max(workqueue_unfinished_work_seconds${here} == bool 4)`,
      `max(process_resident_memory_bytes${here} > bool 1e6)`,
      `count(process_cpu_seconds_total${here})`,
      'count(group by (job, namespace, pod) (controller_runtime_reconcile_total))',
    ]
    expect(await ask(inputSeries(await twoScrapes()), gauges)).toBe('')
  })

  it('adds up our buckets and those of an operator in Go', async () => {
    const bounds = '1e-08 1e-07 1e-06 9.999999999999999e-06 9.999999999999999e-05 0.001 0.01 0.1 1 10 100 1000 +Inf'
    const inGo = bounds.split(' ').map((le) => ({
      series: `workqueue_queue_duration_seconds_bucket{job="other",controller="x",name="x",le="${le}"}`,
      values: '0 0 0 1 1 1',
    }))
    const added = 'count(sum by (le) (workqueue_queue_duration_seconds_bucket)) == bool 13'
    expect(await ask([...inputSeries(await twoScrapes()), ...inGo], [added])).toBe('')
  })

  it('says so when a question has no answer', async () => {
    expect(await ask(inputSeries(await twoScrapes()), ['count(workqueue_unknown)'])).toContain('FAILED')
  })
})
