// A watch whose other end is silently gone, on the real API server: how long until the cache lists anew.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../simulators/kit/clock.ts'
import { createFaults } from '../../simulators/kit/faults.ts'
import { systemClock as productClock } from '../../src/clock.ts'
import { loadClusterConfig } from '../../src/kube/cluster-config.ts'
import { createRecordingProxy } from '../proxy/recording-proxy.ts'
import { createWatchFaults } from '../proxy/watch-faults.ts'
import {
  type Api,
  adminApi,
  controlPlane,
  createNamespace,
  operatorKubeconfig,
  waitFor,
} from '../support/control-plane.ts'
import { createProject } from './cluster.ts'
import { startFollower } from './follower.ts'

let api: Api
beforeAll(async () => {
  api = await adminApi()
})
afterAll(() => api.close())

it('a watch that is half-open is noticed within 90 s', async () => {
  const namespace = await createNamespace(api)
  const clock = systemClock()
  const faults = createFaults({ clock })
  const watchFaults = createWatchFaults({ clock })
  const plane = await controlPlane()
  const unused = 'http://127.0.0.1:1'
  const proxy = await createRecordingProxy({
    ...{ kubernetes: { url: plane.url, ca: plane.ca }, hcloud: unused, telegram: unused, listener: {} },
    ...{ faults: { kubernetes: faults }, watchFaults },
  })
  const { access } = await loadClusterConfig({ clock: productClock, kubeconfig: await operatorKubeconfig() })
  const throughProxy = async () => ({ headers: (await access()).headers, tls: { ca: proxy.ca } })
  const cluster = { server: proxy.urls.kubernetes, access: throughProxy, refused: () => {} }
  const follower = startFollower({ cluster })
  await follower.converges(api)
  watchFaults.begin({ kind: 'stallWatch', route: 'GET *', times: 1 })
  await createProject(api, { namespace, name: 'unseen' })
  const since = performance.now()
  await waitFor('the Project', async () => follower.store.get(`${namespace}/unseen`), { within: 120_000 })
  const took = performance.now() - since
  process.stdout.write(`Half-open watch: noticed and healed after ${(took / 1_000).toFixed(1)} s\n`)
  expect(follower.told).toEqual(['watch: Watch silent for 85000 ms'])
  expect(took).toBeLessThanOrEqual(90_000)
  await follower.stop()
  await proxy.close()
})
