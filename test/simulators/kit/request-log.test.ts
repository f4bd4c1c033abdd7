// The request log sees what clients see, whatever faults did to it.

import { expect, it } from 'vitest'
import { faultRoutes } from '../../../simulators/kit/control.ts'
import { createFaultDesk } from '../../../simulators/kit/fault-desk.ts'
import { createFaults } from '../../../simulators/kit/faults.ts'
import { createService } from '../../../simulators/kit/service.ts'
import { fakeClock } from '../../support/fake-clock.ts'

function setup() {
  const clock = fakeClock()
  const faults = createFaults({ clock })
  const desk = createFaultDesk({ requests: { hcloud: faults }, begin: () => undefined })
  const service = createService({
    ...{ clock, faults, routes: faultRoutes(desk, 'hcloud') },
    handler: async () => Response.json({}),
    describe: (request) => ({ path: new URL(request.url).pathname.replace(/\d+/, ':id'), target: 'target' }),
  })
  const call = (path: string, init?: RequestInit) => service.fetch(new Request(`http://localhost${path}`, init))
  return { service, call }
}

it('requests are counted by method, path and the status that the client saw', async () => {
  const { service, call } = setup()
  service.faults.add({ route: 'GET /things/3', kind: 'status', status: 500 })
  service.faults.add({ route: 'POST /things', kind: 'after' })
  for (const id of [1, 2, 3]) await call(`/things/${id}`)
  await call('/things', { method: 'POST' }).catch(() => {})
  expect(service.requests.counts()).toEqual([
    { method: 'GET', path: '/things/:id', status: 200, count: 2 },
    { method: 'GET', path: '/things/:id', status: 500, count: 1 },
    { method: 'POST', path: '/things', status: 0, count: 1 },
  ])
})

it('control routes are neither counted nor hit by faults, and mistakes get one line', async () => {
  const { call } = setup()
  const post = (body: string) => call('/_simulator/faults', { method: 'POST', body })
  expect(await (await post('{"route":"ANY *","kind":"status","status":500}')).json()).toEqual({ id: 1 })
  expect((await call('/x')).status).toBe(500)
  const refused = await post('{"route":"ANY *","kind":"boom"}')
  expect(refused.status).toBe(400)
  expect(await refused.json()).toEqual({ error: expect.stringContaining('kind must be one of') })
  expect((await post('{')).status).toBe(400)
  expect((await call('/_simulator/nowhere')).status).toBe(404)
  expect((await call('/_simulator/faults/9', { method: 'DELETE' })).status).toBe(404)
  expect((await call('/_simulator/faults/1', { method: 'DELETE' })).status).toBe(200)
  expect((await call('/x')).status).toBe(200)
  const requests = (await (await call('/_simulator/requests')).json()) as { counts: unknown[]; log: unknown[] }
  expect(requests.counts.length).toBe(2)
  expect(requests.log.length).toBe(2)
  await call('/_simulator/requests/reset', { method: 'POST' })
  expect(await (await call('/_simulator/requests')).json()).toEqual({ counts: [], log: [] })
})
