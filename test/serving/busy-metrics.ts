// The metrics of a process that has done a bit of everything, so that every series is there.

import { createMetrics } from '../../src/serving/metrics.ts'
import { fakeClock } from '../support/fake-clock.ts'

export function busyMetrics() {
  const metrics = createMetrics()
  const clock = fakeClock()
  const controller = metrics.controller({ name: 'project', workers: 64, active: () => 3 })
  const queue = metrics.queue({ name: 'project', clock, depths: () => ({ '0': 2, '-100': 5 }) })
  controller.reconciled({ outcome: 'success', durationMs: 120, timedOut: false })
  queue.onAdd('a')
  queue.onGet('a')
  queue.onDone('a')
  metrics.restCall({ code: '200', method: 'GET', host: 'kubernetes:443' })
  metrics.restRetry({ code: '429', method: 'GET', host: 'kubernetes:443' })
  metrics.restEnded({ method: 'GET', host: 'kubernetes:443', durationMs: 30 })
  metrics.election('botyard').leads(true)
  metrics.certificateRead('read')
  metrics.event('created')
  metrics.watchBroke('watch')
  metrics.watchIdle(() => 1_500)
  metrics.projects(() => [{ condition: 'Ready', status: 'True', count: 7 }])
  metrics.hcloudRequest({ operation: 'POST /servers', code: 201 })
  metrics.hcloudRemaining({ account: '42', remaining: 3_599 })
  return { metrics, clock, controller, queue }
}
