// What the operator's process goes through with its cluster, and goes on: etcd dies (F14), its token is revoked and rotated
// (F16), etcd is set back (F15).

import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { operatorAccount } from '../../scripts/control-plane/grant.ts'
import type { SeenCall } from '../proxy/seen-calls.ts'
import { type ApartLab, startApartLab } from '../support/apart-lab.ts'
import { waitFor } from '../support/control-plane.ts'
import { conditionOf, createTenant, holdingsOf, projectOf, type Tenant, untilReady } from '../support/test-lab.ts'

vi.setConfig({ testTimeout: 180_000 })

let lab: ApartLab
beforeAll(async () => {
  lab = await startApartLab()
})
afterAll(() => lab?.stop())

async function create(): Promise<{ tenant: Tenant; project: KubeObject }> {
  const tenant = await createTenant(lab.api)
  return { tenant, project: await lab.api.create(projectOf(tenant)) }
}

const reported = async (project: KubeObject) => conditionOf(await lab.api.find(project), 'Ready') !== undefined

const untilServed = () =>
  waitFor('the API server', async () => (await lab.api.raw('GET', '/readyz').catch(() => '')) === 'ok', {
    within: 60_000,
  })

const isList = ({ world, verb, path: asked }: SeenCall) =>
  world === 'kubernetes' && (verb === 'LIST' || asked.endsWith('?sendInitialEvents'))

describe('a running operator', () => {
  it('goes on when etcd is killed and comes back: a report within 5 s, and one list at most', async () => {
    const { pid } = lab.operator
    await lab.plane.killEtcd()
    await delay(5_000)
    const from = lab.calls.length
    await lab.plane.startEtcd()
    await untilServed()
    const since = performance.now()
    const { project } = await create()
    await waitFor('a report', () => reported(project), { every: 10, within: 30_000 })
    const took = performance.now() - since
    process.stdout.write(`etcd killed: first report ${took.toFixed(0)} ms after the API server was ready\n`)
    expect(took).toBeLessThanOrEqual(5_000)
    await untilReady(lab.api, project, 40_000)
    // A look at one object is no list.
    const lists = lab.calls.slice(from).filter((call) => isList(call) && !/[?&]limit=1(&|$)/.test(call.target))
    expect(lists.length).toBeLessThanOrEqual(1)
    expect([lab.operator.pid, lab.operator.running]).toEqual([pid, true])
  })

  it('heals within 90 s, without a restart, when its token is revoked and its file is rotated later', async () => {
    const { pid } = lab.operator
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...operatorAccount } }
    const busy = await create()
    await lab.api.delete(account)
    await lab.api.create(account)
    // The API server knows a token that it has checked for some seconds more.
    const refused = async () => {
      const annotations = { 'botyard.dev/reconcile-requested-at': String(performance.now()) }
      await lab.api.patch(busy.project, { metadata: { annotations } })
      return lab.calls.some(({ status }) => status === 401)
    }
    await waitFor('a refusal of the old token', refused, { within: 40_000, every: 500 })
    const since = performance.now()
    const { project } = await create()
    await delay(10_000)
    expect(await reported(project)).toBe(false)
    const issued = path.join(await lab.plane.podFilesFor(operatorAccount), 'token')
    await writeFile(path.join(lab.podDirectory, 'token'), await readFile(issued))
    await waitFor('a report', () => reported(project), { within: 90_000 })
    process.stdout.write(`token revoked: healed after ${((performance.now() - since) / 1_000).toFixed(1)} s\n`)
    expect(performance.now() - since).toBeLessThanOrEqual(90_000)
    expect([lab.operator.pid, lab.operator.running]).toEqual([pid, true])
    await untilReady(lab.api, project, 40_000)
  })

  it('reports it when etcd was restored from a backup, and deletes nothing of a Project that is forgotten', async () => {
    const { pid } = lab.operator
    const kept = await create()
    await untilReady(lab.api, kept.project, 40_000)
    await lab.plane.backUp()
    const lost = await create()
    await untilReady(lab.api, lost.project, 40_000)
    const before = holdingsOf(lab.world, lost.tenant)
    // More than an API server writes by itself when it starts.
    for (let turn = 0; turn < 100; turn++)
      await lab.api.patch(kept.project, { metadata: { labels: { turn: String(turn) } } })
    const from = lab.calls.length
    await lab.plane.restore()
    await lab.plane.startAPIServer()
    await untilServed()
    await waitFor('the operator to say so', async () => (await lab.log()).includes('as after etcd was restored'), {
      within: 30_000,
    })
    const { project } = await create()
    await untilReady(lab.api, project, 60_000)
    await delay(5_000)
    expect(await lab.api.find(lost.project).catch(() => undefined)).toBeUndefined()
    const deletions = lab.calls
      .slice(from)
      .filter((call) => call.verb === 'DELETE' || (call.world === 'telegram' && call.path === '/deleteWebhook'))
    expect(deletions).toEqual([])
    expect(holdingsOf(lab.world, lost.tenant)).toEqual(before)
    expect(before).toMatchObject({ servers: 1, ipv4s: 1 })
    expect([lab.operator.pid, lab.operator.running]).toEqual([pid, true])
  })
})
