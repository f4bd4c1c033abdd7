// The runtime and the clients together on the real API server: what a change there leads to here.

import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Project } from '../../src/api/project.ts'
import { systemClock } from '../../src/clock.ts'
import { createReflector } from '../../src/controller/cache/reflector.ts'
import { createStore } from '../../src/controller/cache/store.ts'
import { createController } from '../../src/controller/controller.ts'
import { createOwnWrites } from '../../src/controller/own-writes.ts'
import { createBackoff } from '../../src/controller/queue/backoff.ts'
import { createWorkQueue } from '../../src/controller/queue/work-queue.ts'
import type { Reconcile } from '../../src/controller/reconcile.ts'
import { createWakeUp } from '../../src/controller/wake-up.ts'
import { loadClusterConfig } from '../../src/kube/cluster-config.ts'
import { createProjects } from '../../src/kube/projects.ts'
import { createTransport } from '../../src/kube/transport.ts'
import {
  type Api,
  adminApi,
  controlPlane,
  createNamespace,
  operatorKubeconfig,
  waitFor,
} from '../support/control-plane.ts'
import { frozen } from '../support/frozen.ts'
import { createProject, projectRef } from './cluster.ts'

let api: Api
let namespace: string
const never = new AbortController().signal

beforeAll(async () => {
  api = await adminApi()
  namespace = await createNamespace(api)
})

afterAll(() => api.close())

/** A whole small operator; `server` replaces the address of the API server. */
async function startOperator(options: { server?: string } = {}) {
  const clock = systemClock
  const cluster = await loadClusterConfig({ clock, kubeconfig: await operatorKubeconfig() })
  const transport = createTransport({
    cluster: { ...cluster, server: options.server ?? cluster.server },
    clock,
    random: Math.random,
  })
  const projects = createProjects(transport)
  const store = createStore<Project>()
  const queue = createWorkQueue({ clock, backoff: createBackoff({ random: Math.random }) })
  const seen: string[] = []
  const onChange = createWakeUp<Project>({
    enqueue: queue.add,
    wakes: (before, after) => before?.metadata.generation !== after?.metadata.generation,
  })
  // Small waits only: what is tested is that it comes back, not how long it takes its time.
  const reflector = createReflector<Project>({
    listWatch: projects.listWatch,
    ...{ store, clock, random: () => 0, onChange, transform: frozen },
  })
  const ownWrites = createOwnWrites({ clock, seen: () => reflector.resourceVersion })
  const reconcile: Reconcile = async (key) => {
    const project = store.get(key)
    seen.push(`${key}@${project?.metadata.generation ?? 'gone'}`)
    if (project === undefined) return undefined
    const written = await projects.patchStatus(project, { observedGeneration: project.metadata.generation }, never)
    if (written !== 'unchanged') ownWrites.wrote(key, written.metadata.resourceVersion)
    return undefined
  }
  const controller = createController({
    queue,
    reconcile,
    workers: 4,
    reconcileTimeout: 10_000,
    clock,
    caches: [reflector],
    holdBack: ownWrites.holdBack,
  })
  await controller.start()
  const stop = async () => {
    await controller.stop()
    await transport.close()
  }
  return { store, seen, reflector, stop }
}

const observedGeneration = async (name: string) =>
  (await api.get(projectRef(namespace, name)))['status']?.observedGeneration as number

describe('the runtime on a real API server', () => {
  it('reconciles what is there, what comes, what changes and what goes, and not its own writes', async () => {
    await createProject(api, { namespace, name: 'before' })
    const operator = await startOperator()
    await waitFor('the first status', async () => (await observedGeneration('before')) === 1)
    await createProject(api, { namespace, name: 'after' })
    await waitFor('the status of the new one', async () => (await observedGeneration('after')) === 1)
    await api.patch(projectRef(namespace, 'after'), { spec: { suspend: true } })
    await waitFor('the status of the changed one', async () => (await observedGeneration('after')) === 2)
    await api.delete(projectRef(namespace, 'after'))
    await waitFor('the end', async () => operator.seen.includes(`${namespace}/after@gone`))
    const ours = operator.seen.filter((entry) => entry.startsWith(`${namespace}/`))
    expect(ours.sort()).toEqual([
      `${namespace}/after@1`,
      `${namespace}/after@2`,
      `${namespace}/after@gone`,
      `${namespace}/before@1`,
    ])
    await operator.stop()
  })

  it('misses nothing that happened while its connections were cut', async () => {
    const proxy = await startProxy(new URL((await controlPlane()).url).port)
    const operator = await startOperator({ server: proxy.url })
    await createProject(api, { namespace, name: 'kept' })
    await createProject(api, { namespace, name: 'lost' })
    await waitFor('both', async () => operator.store.get(`${namespace}/lost`))
    proxy.cut()
    await api.delete(projectRef(namespace, 'lost'))
    await createProject(api, { namespace, name: 'new' })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(operator.store.get(`${namespace}/lost`)).toBeDefined()
    expect(operator.reflector.lastError).toBeDefined()
    proxy.mend()
    await waitFor('the deletion', async () => operator.store.get(`${namespace}/lost`) === undefined)
    await waitFor('the status of the new one', async () => (await observedGeneration('new')) === 1)
    expect(operator.store.get(`${namespace}/kept`)).toBeDefined()
    await operator.stop()
    await proxy.close()
  })
})

/** Passes bytes on to the API server until it is told to cut every connection and to take no new one. */
async function startProxy(targetPort: string) {
  const sockets = new Set<Socket>()
  let isOpen = true
  const server: Server = createServer((socket) => {
    if (!isOpen) return void socket.destroy()
    const target = connect(Number(targetPort), '127.0.0.1')
    for (const [from, to] of [
      [socket, target],
      [target, socket],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    isOpen = false
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `https://127.0.0.1:${(server.address() as { port: number }).port}`,
    cut,
    mend() {
      isOpen = true
    },
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
