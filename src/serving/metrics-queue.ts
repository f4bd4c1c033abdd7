// Metrics of work queues, under the names, labels and buckets of client-go.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Clock, Duration } from '../clock.ts'

/** What a queue tells, in step with what it does. */
export interface QueueMetrics {
  onAdd(key: string): void
  onGet(key: string): void
  onDone(key: string): void
  onDelay(key: string): void
}

export interface QueueToWatch {
  readonly name: string
  readonly clock: Pick<Clock, 'monotonic'>
  /** Keys that wait, by the priority that controller-runtime gives them; read when scraped. */
  readonly depths: () => Readonly<Record<string, number>>
}

/** client-go's own, in seconds: from 10 ns to 1,000 s, with the errors of its multiplication, because a bucket is known by its digits. */
const buckets = exponential({ first: 1e-8, factor: 10, count: 12 })

interface Watched {
  readonly labels: { name: string; controller: string }
  readonly queue: QueueToWatch
  /** When each key in hand was taken. */
  readonly since: Map<string, Duration>
}

export function queueMetrics(registers: Registry[]): (queue: QueueToWatch) => QueueMetrics {
  const watched: Watched[] = []
  const byQueue = { labelNames: ['name', 'controller'], registers } as const
  const adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys added', ...byQueue })
  const retries = new Counter({
    name: 'workqueue_retries_total',
    help: 'Keys to be looked at later, after a failure or by their own wish',
    ...byQueue,
  })
  const waited = new Histogram({
    name: 'workqueue_queue_duration_seconds',
    help: 'How long a key waits before it is worked on',
    buckets,
    ...byQueue,
  })
  const worked = new Histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'How long a key is worked on',
    buckets,
    ...byQueue,
  })
  new Gauge({
    name: 'workqueue_depth',
    help: 'Keys that wait to be worked on',
    labelNames: ['name', 'controller', 'priority'],
    registers,
    collect() {
      for (const { labels, queue } of watched)
        for (const [priority, depth] of Object.entries(queue.depths())) this.set({ ...labels, priority }, depth)
    },
  })
  gaugeWork(watched, registers)

  return (queue) => {
    const labels = { name: queue.name, controller: queue.name }
    const { clock } = queue
    const added = new Map<string, Duration>()
    const since = new Map<string, Duration>()
    watched.push({ labels, queue, since })
    // A rate needs the series from the start.
    for (const counter of [adds, retries]) counter.inc(labels, 0)
    for (const histogram of [waited, worked]) histogram.zero(labels)
    const observe = (histogram: Histogram<'name' | 'controller'>, at: Duration | undefined) => {
      if (at !== undefined) histogram.observe(labels, (clock.monotonic() - at) / 1_000)
    }
    return {
      onAdd(key) {
        adds.inc(labels)
        added.set(key, clock.monotonic())
      },
      onGet(key) {
        observe(waited, added.get(key))
        added.delete(key)
        since.set(key, clock.monotonic())
      },
      onDone(key) {
        observe(worked, since.get(key))
        since.delete(key)
      },
      onDelay: () => retries.inc(labels),
    }
  }
}

function exponential({ first, factor, count }: { first: number; factor: number; count: number }): number[] {
  const bounds: number[] = []
  for (let bound = first; bounds.length < count; bound *= factor) bounds.push(bound)
  return bounds
}

/** What is worked on, as it stands when scraped. */
function gaugeWork(watched: readonly Watched[], registers: Registry[]): void {
  const byQueue = { labelNames: ['name', 'controller'], registers } as const
  const ages = ({ queue, since }: Watched) => [...since.values()].map((at) => (queue.clock.monotonic() - at) / 1_000)
  new Gauge({
    name: 'workqueue_unfinished_work_seconds',
    help: 'How long all keys in hand have been worked on; large values hint at something that is stuck',
    ...byQueue,
    collect() {
      for (const each of watched)
        this.set(
          each.labels,
          ages(each).reduce((sum, age) => sum + age, 0),
        )
    },
  })
  new Gauge({
    name: 'workqueue_longest_running_processor_seconds',
    help: 'How long the key that was taken first of those in hand has been worked on',
    ...byQueue,
    collect() {
      for (const each of watched) this.set(each.labels, Math.max(0, ...ages(each)))
    },
  })
}
