// Bad input, a second life: a Project whose finalizer was removed by hand, deleted, and created again under its old name.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { waitFor } from '../support/control-plane.ts'
import { type History, recordHistory } from '../support/history.ts'
import {
  conditionOf,
  createTenant,
  hetznerProjectOf,
  holdingsOf,
  nothing,
  projectOf,
  startTestLab,
  type Tenant,
  type TestLab,
  untilCondition,
  untilGone,
  untilReady,
} from '../support/test-lab.ts'

vi.setConfig({ maxConcurrency: 40, testTimeout: 120_000 })

interface Lives {
  tenant: Tenant
  /** Gone from Kubernetes, without a trace of it being cleaned up. */
  before: KubeObject
  now: KubeObject
}

let lab: TestLab
let history: History
/** One for each test: the operator is off only once. */
let lives: Lives[]
beforeAll(async () => {
  lab = await startTestLab()
  history = recordHistory(lab.api)
  const tenants = await Promise.all(Array.from({ length: 4 }, () => createTenant(lab.api)))
  const ready = await Promise.all(
    tenants.map(async (tenant) => {
      const project = await lab.api.create(projectOf(tenant))
      return { tenant, before: await untilReady(lab.api, project, 40_000) }
    }),
  )
  // A finalizer that is removed under a running operator is put back at once.
  await lab.operator.kill()
  lives = await Promise.all(ready.map(reincarnate))
  await lab.crash()
  await lab.operator.untilReady()
}, 90_000)
afterAll(async () => {
  await history.stop()
  await lab.stop()
})

async function reincarnate({ tenant, before }: Omit<Lives, 'now'>): Promise<Lives> {
  await lab.api.delete(before)
  await lab.api.patch(before, { metadata: { finalizers: [] } })
  await waitFor('the end of the first life', async () => (await lab.api.find(before)) === undefined)
  return { tenant, before, now: await lab.api.create(projectOf(tenant)) }
}

const adopt = ({ now }: Lives, value: string) =>
  lab.api.patch(now, { metadata: { annotations: { 'botyard.dev/adopt': value } } })

const untilRefused = ({ now }: Lives) =>
  untilCondition(lab.api, now, {
    type: 'CredentialsReady',
    status: 'False',
    reason: 'PreviousIncarnation',
    within: 40_000,
  })

const serversAndAddresses = ({ tenant }: Lives) => {
  const { servers, primaryIPs } = hetznerProjectOf(lab.world, tenant) ?? {}
  return { servers, primaryIPs }
}

const escrowOf = ({ metadata }: KubeObject) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'botyard-system', name: `botyard-${metadata.uid}` },
})

const lifeOf = (index: number): Lives => {
  const life = lives[index]
  if (life === undefined) throw new Error('Cannot find a life: fewer were made than there are tests')
  return life
}

describe.concurrent('a Project whose earlier life was not cleaned up', () => {
  it('creates and writes nothing, and says what can be done', async () => {
    const life = lifeOf(0)
    const refused = await untilRefused(life)
    const { message } = conditionOf(refused, 'CredentialsReady') ?? {}
    const uid = life.before.metadata.uid ?? ''
    for (const text of [uid, `botyard.dev/adopt=${uid}`, 'botyard.dev/adopt=ignore', 'deleted and created again'])
      expect(message).toContain(text)
    expect(conditionOf(refused, 'Stalled')).toMatchObject({ reason: 'PreviousIncarnation' })
    expect(refused.metadata.finalizers ?? []).toEqual([])
    const before = serversAndAddresses(life)
    expect(before.servers).toMatchObject([{ id: life.before['status'].server.id, status: 'running' }])

    // An answer that fits nothing that is there is no consent.
    await adopt(life, '00000000-0000-0000-0000-000000000000')
    await lab.api.patch(life.now, { metadata: { annotations: { 'botyard.dev/reconcile-requested-at': '1' } } })
    await waitFor('one more pass', async () => (await lab.api.get(life.now))['status'].lastHandledReconcileAt)
    await untilRefused(life)
    expect(serversAndAddresses(life)).toEqual(before)
    expect(holdingsOf(lab.world, life.tenant).webhook).toBe(life.before['status'].telegram.url)

    // What it never owned stays when it goes.
    await lab.api.delete(life.now)
    await untilGone(lab.api, life.now)
    expect(serversAndAddresses(life)).toEqual(before)
  })

  it('takes over the address when told its uid: same IPv4, one server, the old escrow gone', async () => {
    const life = lifeOf(1)
    await untilRefused(life)
    await adopt(life, life.before.metadata.uid ?? '')
    const ready = await untilReady(lab.api, life.now, 60_000)
    const { ipv4, id } = life.before['status'].address
    expect(ready['status'].address).toMatchObject({ ipv4, id })
    expect(ready['status'].server.id).not.toBe(life.before['status'].server.id)
    expect(hetznerProjectOf(lab.world, life.tenant)?.servers).toMatchObject([
      { id: ready['status'].server.id, status: 'running', labels: { 'botyard.dev/uid': life.now.metadata.uid } },
    ])
    expect(holdingsOf(lab.world, life.tenant)).toMatchObject({ servers: 1, ipv4s: 1, sshKeys: 1 })
    expect(holdingsOf(lab.world, life.tenant).webhook).toBe(ready['status'].telegram.url)
    expect(history.conditionsOf(life.now, 'WebhookReady').map(({ reason }) => reason)).not.toContain('ForeignWebhook')
    expect(await lab.api.find(escrowOf(life.before))).toBeUndefined()

    await lab.api.delete(life.now)
    await untilGone(lab.api, life.now)
    expect(holdingsOf(lab.world, life.tenant)).toEqual(nothing)
  })

  it('begins anew when told to ignore it, and never touches the old', async () => {
    const life = lifeOf(2)
    await untilRefused(life)
    const before = serversAndAddresses(life)
    await adopt(life, 'ignore')
    // The old address is nobody's of ours now, so its webhook is foreign.
    await untilCondition(lab.api, life.now, {
      type: 'WebhookReady',
      status: 'False',
      reason: 'ForeignWebhook',
      within: 60_000,
    })
    await lab.api.patch(life.now, { spec: { telegram: { webhook: { takeover: 'Take' } } } })
    const ready = await untilReady(lab.api, life.now, 40_000)
    expect(ready['status'].address.ipv4).not.toBe(life.before['status'].address.ipv4)
    const both = serversAndAddresses(life)
    expect(both.servers).toEqual([
      ...(before.servers ?? []),
      expect.objectContaining({ id: ready['status'].server.id }),
    ])
    expect(both.primaryIPs).toEqual(expect.arrayContaining(before.primaryIPs ?? []))

    await lab.api.delete(life.now)
    await untilGone(lab.api, life.now)
    expect(serversAndAddresses(life)).toEqual(before)
  })

  it('goes on when the leftovers are deleted at Hetzner', async () => {
    const life = lifeOf(3)
    await untilRefused(life)
    const { control } = lab.world.hcloud
    const { servers = [], primaryIPs = [], sshKeys = [] } = hetznerProjectOf(lab.world, life.tenant) ?? {}
    for (const { id } of servers) control.deleteServer(id)
    for (const { id, type } of primaryIPs) if (type === 'ipv4') control.deletePrimaryIP(id)
    for (const { id } of sshKeys) control.deleteSSHKey(id)
    await lab.api.patch(life.now, { metadata: { annotations: { 'botyard.dev/reconcile-requested-at': '1' } } })
    // The webhook still points to the old address, which was deleted as somebody else's.
    const anew = { type: 'WebhookReady', status: 'False', reason: 'ForeignWebhook', within: 40_000 }
    await untilCondition(lab.api, life.now, anew)
    expect(holdingsOf(lab.world, life.tenant)).toMatchObject({ servers: 1, ipv4s: 1 })
  })
})
