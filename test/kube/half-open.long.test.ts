// A watch whose other end is silently gone, on the real API server: how long until the cache lists anew.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Api, adminApi, createNamespace, waitFor } from '../support/control-plane.ts'
import { createProject } from './cluster.ts'
import { followBehindProxy } from './follower-behind-proxy.ts'

let api: Api
beforeAll(async () => {
  api = await adminApi()
})
afterAll(() => api.close())

it('a watch that is half-open is noticed within 90 s', async () => {
  const namespace = await createNamespace(api)
  const follower = await followBehindProxy(api)
  await follower.converges(api)
  follower.strike({ kind: 'stallWatch', route: 'GET *', times: 1 })
  await createProject(api, { namespace, name: 'unseen' })
  const since = performance.now()
  await waitFor('the Project', async () => follower.store.get(`${namespace}/unseen`), { within: 120_000 })
  const took = performance.now() - since
  process.stdout.write(`Half-open watch: noticed and healed after ${(took / 1_000).toFixed(1)} s\n`)
  expect(follower.told).toEqual(['watch: Watch silent for 85000 ms'])
  expect(took).toBeLessThanOrEqual(90_000)
  await follower.stop()
})
