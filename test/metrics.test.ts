import { describe, expect, it } from 'vitest'
import { createMetrics } from '../src/metrics.ts'

const linesOf = async (metrics: ReturnType<typeof createMetrics>, name: string): Promise<string[]> =>
  (await metrics.page.render()).split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))

describe('metrics', () => {
  it('have every result from the start, so that a rate sees the first one', async () => {
    const metrics = createMetrics()
    const project = metrics.controller({ name: 'project', depth: () => 0 })
    project.reconciled({ result: 'error', durationMs: 120 })
    expect(await linesOf(metrics, 'controller_runtime_reconcile_total')).toEqual([
      'controller_runtime_reconcile_total{controller="project",result="success"} 0',
      'controller_runtime_reconcile_total{controller="project",result="error"} 1',
      'controller_runtime_reconcile_total{controller="project",result="requeue"} 0',
      'controller_runtime_reconcile_total{controller="project",result="requeue_after"} 0',
    ])
  })

  it('time passes in seconds and in the buckets that dashboards know', async () => {
    const metrics = createMetrics()
    metrics.controller({ name: 'project', depth: () => 0 }).reconciled({ result: 'success', durationMs: 120 })
    const buckets = await linesOf(metrics, 'controller_runtime_reconcile_time_seconds_bucket')
    expect(buckets).toHaveLength(41)
    expect(buckets.find((line) => line.includes('le="0.1"'))).toMatch(/ 0$/)
    expect(buckets.find((line) => line.includes('le="0.15"'))).toMatch(/ 1$/)
    expect(await linesOf(metrics, 'controller_runtime_reconcile_time_seconds_sum')).toEqual([
      'controller_runtime_reconcile_time_seconds_sum{controller="project"} 0.12',
    ])
  })

  it('read the queue when they are asked', async () => {
    const metrics = createMetrics()
    let depth = 1
    metrics.controller({ name: 'project', depth: () => depth })
    depth = 7
    const [line] = await linesOf(metrics, 'workqueue_depth')
    expect(line).toBe('workqueue_depth{name="project",controller="project",priority=""} 7')
  })

  it('count calls to Hetzner', async () => {
    const metrics = createMetrics()
    metrics.hcloudRequest({ operation: 'POST /servers', code: 201 })
    metrics.hcloudRequest({ operation: 'POST /servers', code: 'none' })
    metrics.hcloudRemaining({ account: '42', remaining: 3_599 })
    expect(await linesOf(metrics, 'botyard_hcloud_requests_total')).toEqual([
      'botyard_hcloud_requests_total{operation="POST /servers",code="201"} 1',
      'botyard_hcloud_requests_total{operation="POST /servers",code="none"} 1',
    ])
    expect(await linesOf(metrics, 'botyard_hcloud_ratelimit_remaining')).toEqual([
      'botyard_hcloud_ratelimit_remaining{account="42"} 3599',
    ])
  })

  it('of two operators in one process do not meet', async () => {
    const [one, other] = [createMetrics(), createMetrics()]
    one.hcloudRequest({ operation: 'GET /servers', code: 200 })
    expect(await linesOf(other, 'botyard_hcloud_requests_total')).toEqual([])
  })

  it('are in the format that Prometheus reads, with the process beside them', async () => {
    const metrics = createMetrics()
    expect(metrics.page.contentType).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(await linesOf(metrics, 'process_resident_memory_bytes')).toHaveLength(1)
  })
})
