// The names that dashboards made for controller-runtime know: the whole list, and what of it is there from the first scrape.

import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { conditionTypes } from '../../src/api/reasons.ts'
import { createMetrics } from '../../src/serving/metrics.ts'
import { parseExposition } from '../support/exposition.ts'
import { busyMetrics } from './busy-metrics.ts'
import { startIdleOperator } from './idle-operator.ts'
import { complaints } from './promlint.ts'

/** Digits as Go writes them, the errors of its multiplication among them. */
const reconcileTime =
  '0.005 0.01 0.025 0.05 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.45 0.5 0.6 0.7 0.8 0.9 1 1.25 1.5 1.75 2 2.5 3 3.5 4 4.5 5 6 7 8 9 10 15 20 25 30 40 50 60'
const queueTime = '1e-08 1e-07 1e-06 9.999999999999999e-06 9.999999999999999e-05 0.001 0.01 0.1 1 10 100 1000'

const callTime = '0.005 0.025 0.1 0.25 0.5 1 2 4 8 15 30 60'

/** Of controller-runtime and client-go: name, type, labels, buckets. */
const known = [
  ['certwatcher_read_certificate_errors_total', 'counter', ''],
  ['certwatcher_read_certificate_total', 'counter', ''],
  ['controller_runtime_active_workers', 'gauge', 'controller'],
  ['controller_runtime_max_concurrent_reconciles', 'gauge', 'controller'],
  ['controller_runtime_reconcile_errors_total', 'counter', 'controller'],
  ['controller_runtime_reconcile_panics_total', 'counter', 'controller'],
  ['controller_runtime_reconcile_time_seconds', 'histogram', 'controller', reconcileTime],
  ['controller_runtime_reconcile_timeouts_total', 'counter', 'controller'],
  ['controller_runtime_reconcile_total', 'counter', 'controller result'],
  ['controller_runtime_terminal_reconcile_errors_total', 'counter', 'controller'],
  ['leader_election_master_status', 'gauge', 'name'],
  ['leader_election_slowpath_total', 'counter', 'name'],
  ['rest_client_request_duration_seconds', 'histogram', 'host verb', callTime],
  ['rest_client_request_retries_total', 'counter', 'code host verb'],
  ['rest_client_requests_total', 'counter', 'code host method'],
  ['workqueue_adds_total', 'counter', 'controller name'],
  ['workqueue_depth', 'gauge', 'controller name priority'],
  ['workqueue_longest_running_processor_seconds', 'gauge', 'controller name'],
  ['workqueue_queue_duration_seconds', 'histogram', 'controller name', queueTime],
  ['workqueue_retries_total', 'counter', 'controller name'],
  ['workqueue_unfinished_work_seconds', 'gauge', 'controller name'],
  ['workqueue_work_duration_seconds', 'histogram', 'controller name', queueTime],
] as const

const own = [
  ['botyard_build_info', 'gauge', 'version'],
  ['botyard_events_total', 'counter', 'outcome'],
  ['botyard_hcloud_ratelimit_remaining', 'gauge', 'account'],
  ['botyard_hcloud_requests_total', 'counter', 'code operation'],
  ['botyard_projects', 'gauge', 'condition status'],
  ['botyard_watch_breaks_total', 'counter', 'phase'],
  ['botyard_watch_idle_seconds', 'gauge', ''],
] as const

/** A series for each combination of labels. */
function zeros(name: string, labels: Record<string, readonly string[]>): Record<string, number> {
  const combined = Object.entries(labels).reduce(
    (rows, [label, values]) => rows.flatMap((row) => values.map((value) => [...row, `${label}="${value}"`])),
    [[]] as string[][],
  )
  return Object.fromEntries(combined.map((row) => [`${name}{${row.join(',')}}`, 0]))
}

const queue = '{name="project",controller="project"}'
const controller = '{controller="project"}'

/** Of a leader in a cluster without Projects; buckets and calls to the API server are left out. */
const atStart = {
  'botyard_build_info{version="0.1.0"}': 1,
  ...zeros('botyard_events_total', {
    outcome: ['created', 'counted', 'refused', 'failed', 'over_budget', 'queue_full', 'stopped'],
  }),
  ...zeros('botyard_projects', { condition: conditionTypes, status: ['True', 'False', 'Unknown'] }),
  ...zeros('botyard_watch_breaks_total', { phase: ['list', 'watch', 'handler'] }),
  botyard_watch_idle_seconds: expect.toSatisfy((seconds) => seconds > 0 && seconds < 30),
  certwatcher_read_certificate_errors_total: 0,
  certwatcher_read_certificate_total: 0,
  [`controller_runtime_active_workers${controller}`]: 0,
  [`controller_runtime_max_concurrent_reconciles${controller}`]: 64,
  [`controller_runtime_reconcile_errors_total${controller}`]: 0,
  [`controller_runtime_reconcile_panics_total${controller}`]: 0,
  [`controller_runtime_reconcile_time_seconds_count${controller}`]: 0,
  [`controller_runtime_reconcile_time_seconds_sum${controller}`]: 0,
  [`controller_runtime_reconcile_timeouts_total${controller}`]: 0,
  'controller_runtime_reconcile_total{controller="project",result="error"}': 0,
  'controller_runtime_reconcile_total{controller="project",result="requeue"}': 0,
  'controller_runtime_reconcile_total{controller="project",result="requeue_after"}': 0,
  'controller_runtime_reconcile_total{controller="project",result="success"}': 0,
  [`controller_runtime_terminal_reconcile_errors_total${controller}`]: 0,
  'leader_election_master_status{name="botyard"}': 1,
  'leader_election_slowpath_total{name="botyard"}': 0,
  [`workqueue_adds_total${queue}`]: 0,
  'workqueue_depth{name="project",controller="project",priority="-100"}': 0,
  'workqueue_depth{name="project",controller="project",priority="0"}': 0,
  [`workqueue_longest_running_processor_seconds${queue}`]: 0,
  [`workqueue_queue_duration_seconds_count${queue}`]: 0,
  [`workqueue_queue_duration_seconds_sum${queue}`]: 0,
  [`workqueue_retries_total${queue}`]: 0,
  [`workqueue_unfinished_work_seconds${queue}`]: 0,
  [`workqueue_work_duration_seconds_count${queue}`]: 0,
  [`workqueue_work_duration_seconds_sum${queue}`]: 0,
}

const ofTheProcess = /^(process|nodejs)_/

/** Values by series, of what is not the process's own. */
const samplesOf = (page: string): Record<string, number> =>
  Object.fromEntries(
    page
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#') && !ofTheProcess.test(line))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )

/** Upper bounds of a histogram, as they are written. */
const boundsOf = (page: string, name: string): string =>
  [...page.matchAll(new RegExp(`^${name}_bucket{le="([^"]+)"`, 'gm'))]
    .map(([, bound]) => bound)
    .filter((bound) => bound !== '+Inf')
    .join(' ')

function blockFor(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

describe('the metrics page', () => {
  it('has every series of controller-runtime with its type and labels, a few of its own, and no other', async () => {
    const families = parseExposition(await busyMetrics().metrics.page.render())
    const found = families.filter(({ name }) => !ofTheProcess.test(name))
    const expected = [...own, ...known].map(([name, type, labels]) => [name, type, labels]).sort()
    expect(found.map(({ name, type, labels }) => [name, type, labels.join(' ')])).toEqual(expected)
  })

  it.each(known.filter(([, type]) => type === 'histogram'))('has the buckets of %s to the digit', async (...row) => {
    const [name, , , buckets] = row
    expect(boundsOf(await busyMetrics().metrics.page.render(), name)).toBe(buckets)
  })

  it.each([
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'process_open_fds',
    'process_start_time_seconds',
    'nodejs_heap_size_used_bytes',
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_gc_duration_seconds',
    'nodejs_active_resources',
  ])('has beside them, of process and event loop: %s', async (name) => {
    const families = parseExposition(await busyMetrics().metrics.page.render())
    expect(families.map((family) => family.name)).toContain(name)
  })

  it('gives promtool nothing to complain of, in any of its series', async () => {
    const page = await busyMetrics().metrics.page.render()
    expect(parseExposition(page).flatMap(complaints)).toEqual([])
  })

  it('tells how late the event loop ran since the last scrape, and no nonsense to one who comes at the same moment', async () => {
    const { page } = createMetrics()
    const lag = async () => /^nodejs_eventloop_lag_max_seconds (.*)$/m.exec(await page.render())?.[1]
    await delay(50)
    blockFor(200)
    await delay(50)
    expect(Number(await lag())).toBeGreaterThan(0.15)
    expect(Number(await lag())).toBe(0)
    const values = (await page.render()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    expect(values.filter((line) => !(Number(line.split(' ').at(-1)) < 1e12))).toEqual([])
    expect(values.filter((line) => /eventloop/.test(line) && !(Number(line.split(' ').at(-1)) < 10))).toEqual([])
  })

  it('is in the format that Prometheus reads', () => {
    expect(createMetrics().page.contentType).toMatch(/^text\/plain; version=0\.0\.4/)
  })

  it('of two operators in one process does not mix them', async () => {
    const [one, other] = [createMetrics(), createMetrics()]
    one.hcloudRequest({ operation: 'GET /servers', code: 200 })
    const series = Object.keys(samplesOf(await other.page.render()))
    expect(series.filter((name) => name.startsWith('botyard_hcloud'))).toEqual([])
  })
})

describe('a process that has just begun to lead', () => {
  it('has every series from the start that its dashboards rate or add up, and counts its calls', async () => {
    await using operator = await startIdleOperator(['--leader-elect'])
    const samples = Object.entries(samplesOf(await operator.scrape()))
    const calls = samples.filter(([series]) => series.startsWith('rest_client_requests_total{'))
    const rest = samples.filter(([series]) => !series.includes('_bucket{') && !series.startsWith('rest_client_'))
    expect(Object.fromEntries(rest)).toEqual(atStart)
    expect(calls.map(([series]) => series).sort()).toEqual([
      `rest_client_requests_total{code="200",method="GET",host="${operator.host}"}`,
      `rest_client_requests_total{code="201",method="POST",host="${operator.host}"}`,
      `rest_client_requests_total{code="404",method="GET",host="${operator.host}"}`,
    ])
    const durations = samples.filter(([series]) => series.startsWith('rest_client_request_duration_seconds_count'))
    expect(durations.map(([series]) => /verb="(\w+)"/.exec(series)?.[1]).sort()).toEqual(['GET', 'POST'])
    const buckets = samples.filter(([series]) => series.includes('_bucket{') && !series.startsWith('rest_client_'))
    expect(buckets.filter(([, value]) => value !== 0)).toEqual([])
  })

  it('says nothing of an election where there is none', async () => {
    await using operator = await startIdleOperator()
    const series = Object.keys(samplesOf(await operator.scrape()))
    expect(series.filter((name) => name.startsWith('leader_election_'))).toEqual([])
  })
})
