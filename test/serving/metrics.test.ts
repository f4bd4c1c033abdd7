import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/serving/metrics.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { busyMetrics } from './busy-metrics.ts'

type Metrics = ReturnType<typeof createMetrics>

const linesOf = async (metrics: Metrics, name: string): Promise<string[]> =>
  (await metrics.page.render()).split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))

const readValue = async (metrics: Metrics, name: string): Promise<number> =>
  Number((await linesOf(metrics, name))[0]?.split(' ').at(-1))

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
    const { metrics, controller } = busyMetrics()
    controller.reconciled({ outcome: 'success', durationMs: 120, timedOut: true })
    controller.panicked()
    expect(await readValue(metrics, 'controller_runtime_reconcile_timeouts_total')).toBe(1)
    expect(await readValue(metrics, 'controller_runtime_reconcile_panics_total')).toBe(1)
  })

  it('time runs in seconds', async () => {
    const { metrics } = busyMetrics()
    const buckets = await linesOf(metrics, 'controller_runtime_reconcile_time_seconds_bucket')
    expect(buckets.find((line) => line.includes('le="0.1"'))).toMatch(/ 0$/)
    expect(buckets.find((line) => line.includes('le="0.15"'))).toMatch(/ 1$/)
    expect(await readValue(metrics, 'controller_runtime_reconcile_time_seconds_sum')).toBe(0.12)
  })

  it('read its workers when they are asked', async () => {
    const { metrics } = busyMetrics()
    expect(await readValue(metrics, 'controller_runtime_active_workers')).toBe(3)
    expect(await readValue(metrics, 'controller_runtime_max_concurrent_reconciles')).toBe(64)
  })
})

describe('the metrics of a queue', () => {
  it('tell its depth by priority, as it is when they are asked', async () => {
    expect((await linesOf(busyMetrics().metrics, 'workqueue_depth')).sort()).toEqual([
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
    queue.onDelay('a')
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
    const { metrics, queue } = busyMetrics()
    queue.onGet('a')
    expect(await readValue(metrics, 'workqueue_queue_duration_seconds_count')).toBe(1)
  })

  it('tell how long what is worked on has taken so far', async () => {
    const { metrics, clock, queue } = busyMetrics()
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
    const { metrics } = busyMetrics()
    metrics.restCall({ code: '<error>', method: 'PATCH', host: 'kubernetes:443' })
    expect(await linesOf(metrics, 'rest_client_requests_total')).toEqual([
      'rest_client_requests_total{code="200",method="GET",host="kubernetes:443"} 1',
      'rest_client_requests_total{code="<error>",method="PATCH",host="kubernetes:443"} 1',
    ])
  })

  it('count calls that are made again, and time calls in seconds', async () => {
    const { metrics } = busyMetrics()
    expect(await linesOf(metrics, 'rest_client_request_retries_total')).toEqual([
      'rest_client_request_retries_total{code="429",verb="GET",host="kubernetes:443"} 1',
    ])
    expect(await readValue(metrics, 'rest_client_request_duration_seconds_sum')).toBe(0.03)
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
    const { metrics } = busyMetrics()
    metrics.hcloudRequest({ operation: 'POST /servers', code: 'none' })
    metrics.event('queue_full')
    expect(await linesOf(metrics, 'botyard_hcloud_requests_total')).toEqual([
      'botyard_hcloud_requests_total{operation="POST /servers",code="201"} 1',
      'botyard_hcloud_requests_total{operation="POST /servers",code="none"} 1',
    ])
    expect(await linesOf(metrics, 'botyard_hcloud_ratelimit_remaining')).toEqual([
      'botyard_hcloud_ratelimit_remaining{account="42"} 3599',
    ])
    const events = await linesOf(metrics, 'botyard_events_total')
    expect(events.filter((line) => line.endsWith(' 1'))).toEqual([
      'botyard_events_total{outcome="created"} 1',
      'botyard_events_total{outcome="queue_full"} 1',
    ])
  })

  it('count breaks of the watch, and Projects by condition as they are when they are asked', async () => {
    const { metrics } = busyMetrics()
    metrics.watchBroke('list')
    expect(await linesOf(metrics, 'botyard_watch_breaks_total')).toEqual([
      'botyard_watch_breaks_total{phase="list"} 1',
      'botyard_watch_breaks_total{phase="watch"} 1',
      'botyard_watch_breaks_total{phase="handler"} 0',
    ])
    for (const count of [3, 2]) {
      metrics.projects(() => [{ condition: 'Ready', status: 'False', count }])
      expect((await linesOf(metrics, 'botyard_projects')).at(-1)).toBe(
        `botyard_projects{condition="Ready",status="False"} ${count}`,
      )
    }
  })

  it('tell in seconds for how long the watch has been silent', async () => {
    expect(await linesOf(busyMetrics().metrics, 'botyard_watch_idle_seconds')).toEqual([
      'botyard_watch_idle_seconds 1.5',
    ])
  })

  it('say which version runs: that of the package', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8'))
    expect(await linesOf(createMetrics(), 'botyard_build_info')).toEqual([`botyard_build_info{version="${version}"} 1`])
  })
})
