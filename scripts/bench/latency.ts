// From an edit of a Project's spec to the start of its reconcile, on a real API server: with the runtime as the operator puts it
// together and a reconciler that notes the time. The edit's own write to the API server and etcd is part of it.

import type { Project } from '../../src/api/project.ts'
import { nextTurn, sleep, systemClock } from '../../src/clock.ts'
import { createReflector } from '../../src/controller/cache/reflector.ts'
import { createStore } from '../../src/controller/cache/store.ts'
import { createController } from '../../src/controller/controller.ts'
import { keyOf, namespaceOf } from '../../src/controller/kubernetes-object.ts'
import { createBackoff } from '../../src/controller/queue/backoff.ts'
import { createWorkQueue } from '../../src/controller/queue/work-queue.ts'
import { createWakeUp } from '../../src/controller/wake-up.ts'
import { loadClusterConfig } from '../../src/kube/cluster-config.ts'
import { createProjects as projectsOf } from '../../src/kube/projects.ts'
import { createTransport } from '../../src/kube/transport.ts'
import { concernsUs } from '../../src/reconcilers/wake.ts'
import { operatorAccount } from '../control-plane/grant.ts'
import { percentile } from '../demo/measure.ts'
import { type Cluster, createProjects, projectCount, withCluster } from './cluster.ts'
import type { Figure } from './figure.ts'

const clock = systemClock
const random = Math.random
const edits = 200
const workers = 64
/** How long a look at a Project that is as it should be takes. */
const look = 20

export function benchLatency(): Promise<Figure[]> {
  return withCluster(async (cluster) => {
    const [edited] = await createProjects(cluster.api, 1 + projectCount)
    const edit = async (round: number) => {
      const resyncInterval = `${60 + round}m`
      await cluster.api.patch(edited as Project & { apiVersion: string; kind: string }, { spec: { resyncInterval } })
    }
    const runtime = await startRuntime(cluster, keyOf(edited as Project))
    const idle = await runtime.measure(edit)
    runtime.resyncForever()
    const busy = await runtime.measure(edit)
    await runtime.stop()
    return [
      ...figuresOf('idle', { times: idle, aim: 50 }),
      ...figuresOf(`${projectCount} others resync`, { times: busy, aim: 300 }),
    ]
  })
}

const figuresOf = (when: string, { times, aim }: { times: number[]; aim: number }): Figure[] => [
  { what: `spec edit to reconcile, ${when}: p50`, value: percentile(times, 0.5), unit: 'ms', better: 'less' },
  { what: `spec edit to reconcile, ${when}: p99`, value: percentile(times, 0.99), unit: 'ms', aim, better: 'less' },
]

async function startRuntime({ controlPlane }: Cluster, editedKey: string) {
  const kubeconfig = await controlPlane.kubeconfigFor({ serviceAccount: operatorAccount })
  const transport = createTransport({ cluster: await loadClusterConfig({ clock, kubeconfig }), clock, random })
  const queue = createWorkQueue({ clock, backoff: createBackoff({ random }), partitionOf: namespaceOf })
  const store = createStore<Project>()
  const cache = createReflector({
    ...{ listWatch: projectsOf(transport).listWatch, store, clock, random, nextTurn },
    onChange: createWakeUp<Project>({ enqueue: queue.add, wakes: concernsUs }),
  })
  let begun = Promise.withResolvers<void>()
  let resyncs = false
  const controller = createController({
    ...{ queue, workers, reconcileTimeout: 30_000, clock, nextTurn, caches: [cache] },
    async reconcile(key) {
      if (key === editedKey) begun.resolve()
      else if (resyncs) await sleep(clock, look)
      return key !== editedKey && resyncs ? { requeueAfter: 0, lane: 'low' } : undefined
    },
  })
  await controller.start()
  // What the list showed is looked at first.
  while (queue.depth + queue.active > 0) await sleep(clock, 20)

  return {
    /** All others, again and again, as fast as the workers can. */
    resyncForever() {
      resyncs = true
      for (const project of store.list()) queue.add(keyOf(project), 'low')
    },
    async measure(edit: (round: number) => Promise<void>): Promise<number[]> {
      const times: number[] = []
      for (let round = 0; round < edits; round++) {
        begun = Promise.withResolvers()
        const began = performance.now()
        await Promise.all([
          edit(round + (resyncs ? edits : 0)),
          begun.promise.then(() => times.push(performance.now() - began)),
        ])
        await sleep(clock, 20)
      }
      return times
    },
    async stop() {
      await controller.stop(1_000)
      await transport.close()
    },
  }
}
