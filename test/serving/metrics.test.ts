import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/serving/metrics.ts'
import { parseExposition } from '../support/exposition.ts'
import { fakeClock } from '../support/fake-clock.ts'

type Metrics = ReturnType<typeof createMetrics>

const linesOf = async (metrics: Metrics, name: string): Promise<string[]> =>
  (await metrics.page.render()).split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))

const readValue = async (metrics: Metrics, name: string): Promise<number> =>
  Number((await linesOf(metrics, name))[0]?.split(' ').at(-1))

const success = { outcome: 'success', durationMs: 120, timedOut: false } as const

/** Metrics of a process that has done a bit of everything. */
function busy() {
  const metrics = createMetrics()
  const clock = fakeClock()
  const controller = metrics.controller({ name: 'project', workers: 64, active: () => 3 })
  const queue = metrics.queue({ name: 'project', clock, depths: () => ({ '0': 2, '-100': 5 }) })
  controller.reconciled(success)
  queue.onAdd('a')
  queue.onGet('a')
  queue.onDone('a')
  metrics.restCall({ code: '200', method: 'GET', host: 'kubernetes:443' })
  metrics.election('botyard').leads(true)
  metrics.certificateRead('read')
  metrics.event('created')
  metrics.hcloudRequest({ operation: 'POST /servers', code: 201 })
  metrics.hcloudRemaining({ account: '42', remaining: 3_599 })
  return { metrics, clock, controller, queue }
}

const reconcileTime =
  '.005 .01 .025 .05 .1 .15 .2 .25 .3 .35 .4 .45 .5 .6 .7 .8 .9 1 1.25 1.5 1.75 2 2.5 3 3.5 4 4.5 5 6 7 8 9 10 15 20 25 30 40 50 60'
const queueTime = '1e-8 1e-7 1e-6 1e-5 1e-4 1e-3 1e-2 1e-1 1 10 100 1000'

/** What dashboards made for controller-runtime ask for: name, type, labels, buckets. */
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
  ['botyard_events_total', 'counter', 'outcome'],
  ['botyard_hcloud_ratelimit_remaining', 'gauge', 'account'],
  ['botyard_hcloud_requests_total', 'counter', 'code operation'],
] as const

const numbers = (text = ''): number[] => (text === '' ? [] : text.split(' ').map(Number))

describe('the metrics page', () => {
  it('has every series of controller-runtime with its type, labels and buckets, a few of its own, and no other', async () => {
    const families = parseExposition(await busy().metrics.page.render())
    const found = families.filter(({ name }) => !/^(process|nodejs)_/.test(name))
    const expected = [...own, ...known].map(([name, type, labels, buckets]) => ({
      ...{ name, type, labels: labels === '' ? [] : labels.split(' ') },
      buckets: numbers(buckets),
    }))
    expect(found.map(({ name, type, labels, buckets }) => ({ name, type, labels, buckets }))).toEqual(
      expected.sort((a, b) => (a.name < b.name ? -1 : 1)),
    )
  })

  it.each([
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'process_open_fds',
    'process_start_time_seconds',
    'nodejs_heap_size_used_bytes',
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_gc_duration_seconds',
  ])('has beside them, of process and event loop: %s', async (name) => {
    const families = parseExposition(await busy().metrics.page.render())
    expect(families.map((family) => family.name)).toContain(name)
  })

  it('is worded as Prometheus asks: help, units, and `_total` for counters alone', async () => {
    const families = parseExposition(await busy().metrics.page.render()).filter(({ name }) => /^botyard_/.test(name))
    expect(families.length).toBeGreaterThan(0)
    for (const { name, type, help, labels } of families) {
      expect(help, name).toMatch(/^[A-Z].*[^.]$/)
      expect(name, name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)+$/)
      expect(name.endsWith('_total'), name).toBe(type === 'counter')
      expect(name, name).not.toMatch(/_(gauge|counter|histogram|summary|bucket|sum|count)(_|$)/)
      expect(name, name).not.toMatch(/_(ms|milliseconds|minutes|hours|kb|mb|kilobytes|megabytes|percent)(_|$)/)
      for (const label of labels) expect(label, name).toMatch(/^[a-z][a-z_]*$/)
    }
  })

  it('is in the format that Prometheus reads', () => {
    expect(createMetrics().page.contentType).toMatch(/^text\/plain; version=0\.0\.4/)
  })

  it('of two operators in one process does not mix them', async () => {
    const [one, other] = [createMetrics(), createMetrics()]
    one.hcloudRequest({ operation: 'GET /servers', code: 200 })
    expect(await linesOf(other, 'botyard_hcloud_requests_total')).toEqual([])
  })
})

describe('the metrics of a controller', () => {
  it('have every result from the start, so that a rate sees the first one', async () => {
    const metrics = createMetrics()
    metrics.controller({ name: 'project', workers: 1, active: () => 0 })
    expect(await linesOf(metrics, 'controller_runtime_reconcile_total')).toEqual(
      ['success', 'error', 'requeue', 'requeue_after'].map(
        (result) => `controller_runtime_reconcile_total{controller="project",result="${result}"} 0`,
      ),
    )
    for (const name of ['reconcile_errors', 'terminal_reconcile_errors', 'reconcile_panics', 'reconcile_timeouts'])
      expect(await readValue(metrics, `controller_runtime_${name}_total`)).toBe(0)
  })

  it.each([
    { outcome: 'success', result: 'success', errors: 0, terminal: 0 },
    { outcome: 'requeue_after', result: 'requeue_after', errors: 0, terminal: 0 },
    { outcome: 'error', result: 'error', errors: 1, terminal: 0 },
    { outcome: 'terminal', result: 'error', errors: 1, terminal: 1 },
    { outcome: 'stopped', result: 'error', errors: 1, terminal: 0 },
  ] as const)('count a run that ended as $outcome', async ({ outcome, result, errors, terminal }) => {
    const metrics = createMetrics()
    metrics
      .controller({ name: 'project', workers: 1, active: () => 0 })
      .reconciled({ outcome, durationMs: 1, timedOut: false })
    const counted = (await linesOf(metrics, 'controller_runtime_reconcile_total')).filter((line) => line.endsWith(' 1'))
    expect(counted).toEqual([`controller_runtime_reconcile_total{controller="project",result="${result}"} 1`])
    expect(await readValue(metrics, 'controller_runtime_reconcile_errors_total')).toBe(errors)
    expect(await readValue(metrics, 'controller_runtime_terminal_reconcile_errors_total')).toBe(terminal)
  })

  it('count runs that took too long, and panics', async () => {
    const { metrics, controller } = busy()
    controller.reconciled({ ...success, timedOut: true })
    controller.panicked()
    expect(await readValue(metrics, 'controller_runtime_reconcile_timeouts_total')).toBe(1)
    expect(await readValue(metrics, 'controller_runtime_reconcile_panics_total')).toBe(1)
  })

  it('time runs in seconds', async () => {
    const { metrics } = busy()
    const buckets = await linesOf(metrics, 'controller_runtime_reconcile_time_seconds_bucket')
    expect(buckets.find((line) => line.includes('le="0.1"'))).toMatch(/ 0$/)
    expect(buckets.find((line) => line.includes('le="0.15"'))).toMatch(/ 1$/)
    expect(await readValue(metrics, 'controller_runtime_reconcile_time_seconds_sum')).toBe(0.12)
  })

  it('read its workers when they are asked', async () => {
    const { metrics } = busy()
    expect(await readValue(metrics, 'controller_runtime_active_workers')).toBe(3)
    expect(await readValue(metrics, 'controller_runtime_max_concurrent_reconciles')).toBe(64)
  })
})

describe('the metrics of a queue', () => {
  it('tell its depth by priority, as it is when they are asked', async () => {
    expect((await linesOf(busy().metrics, 'workqueue_depth')).sort()).toEqual([
      'workqueue_depth{name="project",controller="project",priority="-100"} 5',
      'workqueue_depth{name="project",controller="project",priority="0"} 2',
    ])
  })

  it('count and time what a key goes through, also when it is added again while it is worked on', async () => {
    const metrics = createMetrics()
    const clock = fakeClock()
    const queue = metrics.queue({ name: 'project', clock, depths: () => ({}) })
    queue.onAdd('a')
    await clock.advance(2_000)
    queue.onGet('a')
    await clock.advance(500)
    queue.onAdd('a')
    await clock.advance(500)
    queue.onRetry('a')
    queue.onDone('a')
    await clock.advance(3_000)
    queue.onGet('a')
    queue.onDone('a')
    const value = (name: string) => readValue(metrics, `workqueue_${name}`)
    expect(await value('adds_total')).toBe(2)
    expect(await value('retries_total')).toBe(1)
    expect([await value('queue_duration_seconds_count'), await value('queue_duration_seconds_sum')]).toEqual([2, 5.5])
    expect([await value('work_duration_seconds_count'), await value('work_duration_seconds_sum')]).toEqual([2, 1])
  })

  it('time a wait once', async () => {
    const { metrics, queue } = busy()
    queue.onGet('a')
    expect(await readValue(metrics, 'workqueue_queue_duration_seconds_count')).toBe(1)
  })

  it('tell how long what is worked on has taken so far', async () => {
    const { metrics, clock, queue } = busy()
    const told = async () => [
      await readValue(metrics, 'workqueue_unfinished_work_seconds'),
      await readValue(metrics, 'workqueue_longest_running_processor_seconds'),
    ]
    queue.onGet('b')
    await clock.advance(4_000)
    queue.onGet('c')
    await clock.advance(1_000)
    expect(await told()).toEqual([6, 5])
    queue.onDone('b')
    expect(await told()).toEqual([1, 1])
    queue.onDone('c')
    expect(await told()).toEqual([0, 0])
  })
})

describe('the metrics of the process in its cluster', () => {
  it('count calls to the API server', async () => {
    const { metrics } = busy()
    metrics.restCall({ code: '<error>', method: 'PATCH', host: 'kubernetes:443' })
    expect(await linesOf(metrics, 'rest_client_requests_total')).toEqual([
      'rest_client_requests_total{code="200",method="GET",host="kubernetes:443"} 1',
      'rest_client_requests_total{code="<error>",method="PATCH",host="kubernetes:443"} 1',
    ])
  })

  it('say who leads: nobody until told', async () => {
    const metrics = createMetrics()
    const election = metrics.election('botyard')
    const status = () => linesOf(metrics, 'leader_election_master_status')
    expect(await status()).toEqual(['leader_election_master_status{name="botyard"} 0'])
    election.leads(true)
    expect(await status()).toEqual(['leader_election_master_status{name="botyard"} 1'])
    election.leads(false)
    expect(await status()).toEqual(['leader_election_master_status{name="botyard"} 0'])
    election.slowPath()
    expect(await readValue(metrics, 'leader_election_slowpath_total')).toBe(1)
  })

  it('count readings of the certificate, and those that failed', async () => {
    const metrics = createMetrics()
    metrics.certificateRead('read')
    metrics.certificateRead('failed')
    expect(await readValue(metrics, 'certwatcher_read_certificate_total')).toBe(2)
    expect(await readValue(metrics, 'certwatcher_read_certificate_errors_total')).toBe(1)
  })

  it('count calls to Hetzner, and events', async () => {
    const { metrics } = busy()
    metrics.hcloudRequest({ operation: 'POST /servers', code: 'none' })
    metrics.event('queue_full')
    expect(await linesOf(metrics, 'botyard_hcloud_requests_total')).toEqual([
      'botyard_hcloud_requests_total{operation="POST /servers",code="201"} 1',
      'botyard_hcloud_requests_total{operation="POST /servers",code="none"} 1',
    ])
    expect(await linesOf(metrics, 'botyard_hcloud_ratelimit_remaining')).toEqual([
      'botyard_hcloud_ratelimit_remaining{account="42"} 3599',
    ])
    expect(await linesOf(metrics, 'botyard_events_total')).toEqual([
      'botyard_events_total{outcome="created"} 1',
      'botyard_events_total{outcome="queue_full"} 1',
    ])
  })
})
