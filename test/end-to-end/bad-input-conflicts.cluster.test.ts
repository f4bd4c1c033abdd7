// Bad input, what is not ours: a server, an address, a Secret or a webhook of somebody else.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { ownedSecretName, resourceName } from '../../src/reconcilers/names.ts'
import type { Canary } from '../support/canary.ts'
import { secret, waitFor } from '../support/control-plane.ts'
import type { History } from '../support/history.ts'
import {
  conditionOf,
  createTenant,
  hetznerProjectOf,
  holdingsOf,
  nothing,
  projectOf,
  type Tenant,
  type TestLab,
  untilCondition,
  untilGone,
  untilReady,
} from '../support/test-lab.ts'
import { startWatchedLab, type WatchedLab } from '../support/watched-lab.ts'

vi.setConfig({ maxConcurrency: 40, testTimeout: 120_000 })

let watched: WatchedLab
let lab: TestLab
let history: History
let canary: Canary
beforeAll(async () => {
  watched = await startWatchedLab()
  ;({ lab, history, canary } = watched)
})
afterAll(() => watched.stop())

let requests = 0
function lookAgain(project: KubeObject): Promise<KubeObject> {
  requests += 1
  return lab.api.patch(project, {
    metadata: { annotations: { 'botyard.dev/reconcile-requested-at': `${requests}` } },
  })
}

/** Asks Hetzner as the tenant himself, or one of his other tools. */
async function atHetzner(tenant: Tenant, call: string, body: unknown): Promise<void> {
  const [method = '', path] = call.split(' ')
  const headers = { authorization: `Bearer ${tenant.hetznerToken}`, 'content-type': 'application/json' }
  const init = { method, headers, body: JSON.stringify(body) }
  const answer = await lab.world.hcloud.fetch(new Request(`http://hetzner/v1${path}`, init))
  if (!answer.ok) throw new Error(`Cannot ${call}: ${await answer.text()}`)
}

/** A Project that writes nothing yet: its uid, and so the names of what it will own, are known. */
async function suspended(): Promise<{ tenant: Tenant; project: KubeObject; name: string }> {
  const tenant = await createTenant(lab.api)
  const project = await lab.api.create(
    projectOf(tenant, (spec) => {
      spec['suspend'] = true
    }),
  )
  const { namespace, uid = '' } = project.metadata
  return { tenant, project, name: resourceName('lab', { namespace: namespace ?? '', name: tenant.name, uid }) }
}

const resume = (project: KubeObject) => lab.api.patch(project, { spec: { suspend: false } })

describe.concurrent('a name that is taken at Hetzner', () => {
  it.each([
    { whose: 'nobody', labels: {} },
    { whose: 'another cluster', labels: { 'botyard.dev/cluster': 'other', 'botyard.dev/uid': 'u' } },
  ])('by a server of $whose: NameTaken, and it is left alone', async ({ labels }) => {
    const { tenant, project, name } = await suspended()
    await atHetzner(tenant, 'POST /servers', {
      name,
      server_type: 'cx23',
      image: 'debian-13',
      location: 'fsn1',
      labels,
    })
    await waitFor('the foreign server', async () =>
      hetznerProjectOf(lab.world, tenant)?.servers.every(({ status, locked }) => status === 'running' && !locked),
    )
    const before = hetznerProjectOf(lab.world, tenant)?.servers
    await resume(project)
    const taken = await untilCondition(lab.api, project, { type: 'ServerReady', status: 'False', reason: 'NameTaken' })
    expect(conditionOf(taken, 'ServerReady')?.message).toContain(`A server named ${name} exists without`)
    expect(conditionOf(taken, 'Stalled')).toMatchObject({ reason: 'NameTaken' })
    await lookAgain(project)
    await waitFor('one more pass', async () => (await lab.api.get(project))['status'].lastHandledReconcileAt)
    expect(hetznerProjectOf(lab.world, tenant)?.servers).toEqual(before)

    await atHetzner(tenant, `PUT /servers/${before?.[0]?.id}`, { name: 'mine' })
    await lookAgain(project)
    await untilReady(lab.api, project, 40_000)
    await lab.api.delete(project)
    await untilGone(lab.api, project)
    expect(hetznerProjectOf(lab.world, tenant)?.servers).toMatchObject([{ id: before?.[0]?.id, name: 'mine' }])
  })

  it('by a Primary IP: it is left alone, and the message names it', async () => {
    const { tenant, project, name } = await suspended()
    await atHetzner(tenant, 'POST /primary_ips', { name, type: 'ipv4', location: 'nbg1', assignee_type: 'server' })
    const before = hetznerProjectOf(lab.world, tenant)?.primaryIPs
    await resume(project)
    const taken = await untilCondition(lab.api, project, { type: 'AddressReady', status: 'False', reason: 'Ambiguous' })
    expect(conditionOf(taken, 'AddressReady')?.message).toContain(`A Primary IP named ${name} exists without`)
    expect(hetznerProjectOf(lab.world, tenant)?.primaryIPs).toEqual(before)

    await atHetzner(tenant, `PUT /primary_ips/${before?.[0]?.id}`, { name: 'mine' })
    await lookAgain(project)
    await untilReady(lab.api, project, 40_000)
    await lab.api.delete(project)
    await untilGone(lab.api, project)
    expect(hetznerProjectOf(lab.world, tenant)?.primaryIPs).toEqual([{ ...before?.[0], name: 'mine' }])
  })

  it('by a Secret beside the Project: it is left alone, and the server waits', async () => {
    const { tenant, project } = await suspended()
    const mine = secret(tenant.namespace, ownedSecretName({ ...tenant, uid: '' }), { 'tls.key': 'mine' })
    await lab.api.create(mine)
    await resume(project)
    const taken = await untilCondition(lab.api, project, { type: 'ServerReady', status: 'False', reason: 'NameTaken' })
    expect(conditionOf(taken, 'ServerReady')?.message).toContain(`Secret ${mine.metadata.name} exists`)
    expect((await lab.api.get(mine))['data']).toEqual({ 'tls.key': Buffer.from('mine').toString('base64') })
    await lab.api.delete(mine)
    await lookAgain(project)
    await untilReady(lab.api, project, 40_000)
  })
})

describe.concurrent('a webhook that is not ours', () => {
  const foreign = 'https://bots.example.com/hook/a-path-that-is-secret?key=also-a-secret'

  async function withForeignWebhook(takeover?: 'Take'): Promise<{ tenant: Tenant; project: KubeObject }> {
    const tenant = await createTenant(lab.api)
    const { simulator } = lab.world.telegram
    const bot = simulator.registry.issue(tenant.botToken)
    await simulator.changeWebhook(
      bot,
      new Map([
        ['url', foreign],
        ['ip_address', '127.0.0.9'],
      ]),
    )
    const project = projectOf(tenant, (spec) => {
      if (takeover !== undefined) Object.assign((spec['telegram'] as { webhook: object }).webhook, { takeover })
    })
    return { tenant, project: await lab.api.create(project) }
  }

  it('is left alone, its secret parts are not shown, and Take takes it over', async () => {
    const { tenant, project } = await withForeignWebhook()
    const found = await untilCondition(lab.api, project, {
      type: 'WebhookReady',
      status: 'False',
      reason: 'ForeignWebhook',
      within: 40_000,
    })
    const { message = '' } = conditionOf(found, 'WebhookReady') ?? {}
    expect(message).toContain('bots.example.com')
    expect(message).toContain('spec.telegram.webhook.takeover')
    expect(JSON.stringify(found['status'])).not.toMatch(/a-path-that-is-secret|also-a-secret/)
    expect(conditionOf(found, 'WorkloadReady')?.status).toBe('True')
    await lookAgain(project)
    await waitFor('one more pass', async () => (await lab.api.get(project))['status'].lastHandledReconcileAt)
    expect(holdingsOf(lab.world, tenant).webhook).toBe(foreign)
    expect(callsOf(tenant)['setwebhook']).toBeUndefined()

    await lab.api.patch(project, { spec: { telegram: { webhook: { takeover: 'Take' } } } })
    const ready = await untilReady(lab.api, project)
    expect(holdingsOf(lab.world, tenant).webhook).toBe(ready['status'].telegram.url)
  })

  it('stays when its Project is deleted', async () => {
    const { tenant, project } = await withForeignWebhook()
    await untilCondition(lab.api, project, {
      type: 'WebhookReady',
      status: 'False',
      reason: 'ForeignWebhook',
      within: 40_000,
    })
    await lab.api.delete(project)
    await untilGone(lab.api, project)
    expect(holdingsOf(lab.world, tenant)).toEqual({ ...nothing, webhook: foreign })
  })

  it('is taken over at once where spec says so', async () => {
    const { tenant, project } = await withForeignWebhook('Take')
    const ready = await untilReady(lab.api, project, 40_000)
    expect(holdingsOf(lab.world, tenant).webhook).toBe(ready['status'].telegram.url)
    const reasons = history.conditionsOf(project, 'WebhookReady').map(({ reason }) => reason)
    expect(reasons).not.toContain('ForeignWebhook')
  })
})

const callsOf = ({ botID }: Tenant): Record<string, number> =>
  Object.fromEntries(lab.world.telegram.simulator.registry.get(botID)?.calls ?? [])

describe('in all of this', () => {
  it('no secret showed up anywhere', async () => {
    expect(canary.known).toBeGreaterThan(20)
    expect(await canary.leaks()).toEqual([])
  })
})
