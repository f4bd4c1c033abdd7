// An API server that dies, forgets or is set back, and the operator's cache on the other side. On a control plane of its
// own: the others of this run go on with theirs.

import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createApi } from '../../scripts/control-plane/api.ts'
import { systemClock } from '../../src/clock.ts'
import { loadClusterConfig } from '../../src/kube/cluster-config.ts'
import { compact } from '../proxy/kubernetes-hands.ts'
import { type Api, waitFor } from '../support/control-plane.ts'
import { type OwnControlPlane, startOwnControlPlane } from '../support/own-control-plane.ts'
import { createProject, projectRef } from './cluster.ts'
import { startFollower } from './follower.ts'

let plane: OwnControlPlane
let api: Api
beforeAll(async () => {
  plane = await startOwnControlPlane()
  api = await createApi(plane.adminKubeconfig)
  await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bots' } })
})
afterAll(async () => {
  await api?.close()
  await plane?.stop()
})

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function follow() {
  const seen: string[] = []
  const cluster = await loadClusterConfig({ clock: systemClock, kubeconfig: plane.adminKubeconfig })
  const follower = startFollower({ cluster, onChange: (key) => seen.push(key) })
  closers.push(follower.stop)
  await follower.converges(api)
  return { ...follower, seen }
}

const project = (name: string) => createProject(api, { namespace: 'bots', name })

const relabel = (name: string, turn: number) =>
  api.patch(projectRef('bots', name), { metadata: { labels: { turn: String(turn) } } })

const untilReady = () =>
  waitFor('the API server', async () => (await api.raw('GET', '/readyz').catch(() => '')) === 'ok', { within: 60_000 })

describe('an API server that was killed', () => {
  it('and restarted: the first change is seen within 5 s after it is ready, with one list at most', async () => {
    await project('before')
    const { asked, seen, converges } = await follow()
    await plane.killAPIServer()
    await delay(8_000)
    await plane.startAPIServer()
    await untilReady()
    const readyAt = performance.now()
    await project('after')
    await waitFor('the change', async () => seen.includes('bots/after'), { within: 30_000, every: 10 })
    const took = performance.now() - readyAt
    process.stdout.write(`API server restarted: first change seen ${took.toFixed(0)} ms after ready\n`)
    expect(took).toBeLessThanOrEqual(5_000)
    await converges(api)
    expect(asked.lists - 1).toBeLessThanOrEqual(1)
  })

  it('and forgot the history meanwhile (compacted): one list, and nothing is missed', async () => {
    const { asked, told, converges } = await follow()
    await project('gone-soon')
    await converges(api)
    await plane.killAPIServer()
    await plane.startAPIServer()
    await untilReady()
    await api.delete(projectRef('bots', 'gone-soon'))
    await project('new')
    await compact(plane.directory)
    await converges(api, 30_000)
    expect(asked.lists - 1).toBeLessThanOrEqual(1)
    expect(told.filter((line) => line.startsWith('handler'))).toEqual([])
  })
})

describe('etcd restored from a backup', () => {
  it('sets revisions back: that is told, and the cache holds what there is now', async () => {
    await project('kept')
    await plane.backUp()
    const { told, store, converges, reflector } = await follow()
    for (const name of ['lost-1', 'lost-2']) await project(name)
    // More than an API server writes by itself when it starts.
    for (let turn = 0; turn < 100; turn++) await relabel('kept', turn)
    await converges(api)
    expect(store.get('bots/lost-2')).toBeDefined()
    const before = BigInt(reflector.resourceVersion ?? 0)
    await plane.restore()
    await plane.startAPIServer()
    await untilReady()
    await converges(api, 30_000)
    expect(told).toContain('went back')
    expect(BigInt(reflector.resourceVersion ?? 0) < before).toBe(true)
    expect(store.get('bots/lost-2')).toBeUndefined()
    // It goes on from there.
    await project('next')
    await converges(api)
  })
})
