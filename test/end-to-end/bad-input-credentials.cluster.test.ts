// Bad input, credentials: each mistake is named exactly with its remedy, at once, and heals by itself or on request.

import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { grantNamespace } from '../../scripts/control-plane/grant.ts'
import type { Canary } from '../support/canary.ts'
import { secret, waitFor } from '../support/control-plane.ts'
import type { History, Version } from '../support/history.ts'
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

vi.setConfig({ maxConcurrency: 40, testTimeout: 90_000 })

let watched: WatchedLab
let lab: TestLab
let history: History
let canary: Canary
beforeAll(async () => {
  watched = await startWatchedLab()
  ;({ lab, history, canary } = watched)
})
afterAll(() => watched.stop())

const hetznerToken = () => randomBytes(32).toString('hex')
const botTokenOf = ({ botID }: Tenant) => `${botID}:${randomBytes(27).toString('base64url').slice(0, 35)}`

/** Whole: no key of an earlier one stays. */
async function replaceSecret(tenant: Tenant, name: string, values: Record<string, string>): Promise<void> {
  const wanted = secret(tenant.namespace, name, values)
  await lab.api.delete(wanted)
  await lab.api.create(wanted)
}

const removeSecret = (tenant: Tenant, name: string) => lab.api.delete(secret(tenant.namespace, name, {}))

const annotate = (project: KubeObject, annotations: Record<string, string>) =>
  lab.api.patch(project, { metadata: { annotations } })

interface Mistake {
  input: string
  reason: string
  /** What the message must name, and what it must tell to do. */
  says: (tenant: Tenant) => string[]
  make: (tenant: Tenant) => unknown
  mend: (tenant: Tenant) => unknown
  /** It may be mended by somebody who is about to: not Stalled in the first minutes. */
  patient?: boolean
  granted?: false
}

const mendHetzner = (tenant: Tenant) => replaceSecret(tenant, 'hetzner', { token: tenant.hetznerToken })
const mendBot = (tenant: Tenant) => replaceSecret(tenant, 'echo-bot', { token: tenant.botToken })
const create = (name: string, { namespace }: Tenant) => `kubectl create secret generic ${name} --namespace ${namespace}`

const mistakes: Mistake[] = [
  {
    input: 'the Hetzner Secret is missing',
    reason: 'SecretMissing',
    says: (tenant) => ['Secret hetzner does not exist', create('hetzner', tenant), '--from-literal=token='],
    make: (tenant) => removeSecret(tenant, 'hetzner'),
    mend: mendHetzner,
    patient: true,
  },
  {
    input: "the bot's Secret is missing",
    reason: 'SecretMissing',
    says: (tenant) => ['Secret echo-bot does not exist', create('echo-bot', tenant), '--from-literal=token='],
    make: (tenant) => removeSecret(tenant, 'echo-bot'),
    mend: mendBot,
    patient: true,
  },
  {
    input: 'the Hetzner token is under another key',
    reason: 'SecretKeyMissing',
    says: () => ["Secret hetzner has no key 'token'", 'Put the Hetzner token there'],
    make: (tenant) => replaceSecret(tenant, 'hetzner', { 'api-token': tenant.hetznerToken }),
    mend: mendHetzner,
  },
  {
    input: "the bot's token is under another key",
    reason: 'SecretKeyMissing',
    says: () => ["Secret echo-bot has no key 'token'", 'Put the Telegram token there'],
    make: (tenant) => replaceSecret(tenant, 'echo-bot', { bot: tenant.botToken }),
    mend: mendBot,
  },
  {
    input: 'the Hetzner token was cut',
    reason: 'TokenMalformed',
    says: () => ['Secret hetzner', "key 'token'", 'must be 64 letters and digits, and has 63'],
    make: (tenant) => replaceSecret(tenant, 'hetzner', { token: tenant.hetznerToken.slice(1) }),
    mend: mendHetzner,
  },
  {
    input: "the bot's token was cut",
    reason: 'TokenMalformed',
    says: () => ['Secret echo-bot', "key 'token'", '@BotFather'],
    make: (tenant) => replaceSecret(tenant, 'echo-bot', { token: tenant.botToken.slice(0, 20) }),
    mend: mendBot,
  },
  {
    input: 'the Hetzner token was revoked',
    reason: 'TokenRejected',
    says: () => ['Secret hetzner', 'revoked or is wrong', 'Create a new one'],
    make: (tenant) => lab.world.hcloud.control.revokeToken(tenant.hetznerToken),
    mend: (tenant) => replaceSecret(tenant, 'hetzner', { token: hetznerToken() }),
  },
  {
    input: "the bot's token was revoked",
    reason: 'TokenRejected',
    says: () => ['Secret echo-bot', 'Telegram rejects', '@BotFather'],
    make(tenant) {
      const { registry } = lab.world.telegram.simulator
      registry.revoke(registry.issue(tenant.botToken).id)
    },
    async mend(tenant) {
      const token = botTokenOf(tenant)
      lab.world.telegram.simulator.registry.issue(token)
      await replaceSecret(tenant, 'echo-bot', { token })
    },
  },
  {
    // Nothing tells before the first write is refused.
    input: 'the Hetzner token may only read',
    reason: 'TokenReadOnly',
    says: () => ['Secret hetzner', 'may only read', 'Read & Write'],
    make(tenant) {
      const token = hetznerToken()
      lab.world.hcloud.control.addToken({ of: tenant.hetznerToken, token, readOnly: true })
      return replaceSecret(tenant, 'hetzner', { token })
    },
    mend: mendHetzner,
  },
  {
    input: 'the namespace is not granted',
    reason: 'SecretAccessDenied',
    says: ({ namespace }) => [
      `kubectl create rolebinding botyard --namespace ${namespace} --clusterrole=botyard-project-namespace --serviceaccount=botyard-system:botyard`,
    ],
    make: () => undefined,
    mend: ({ namespace }) => grantNamespace(lab.api, namespace),
    patient: true,
    granted: false,
  },
]

/** What is measured is measured alone: forty Projects at once on two cores would measure the cores. */
let turn: Promise<unknown> = Promise.resolve()
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = turn.then(work)
  turn = result.catch(() => {})
  return result
}

interface Met {
  tenant: Tenant
  project: KubeObject
}

/** Applies a Project whose input is wrong and sees all that must hold before anybody mends it. */
async function meet(mistake: Mistake, change?: Parameters<typeof projectOf>[1]): Promise<Met> {
  const tenant = await createTenant(lab.api, { granted: mistake.granted ?? true })
  await mistake.make(tenant)
  return inTurn(() => applyAndSee(mistake, tenant, projectOf(tenant, change)))
}

async function applyAndSee(mistake: Mistake, tenant: Tenant, wanted: KubeObject): Promise<Met> {
  const project = await lab.api.create(wanted)
  const answered = performance.now()
  const failed = await untilCondition(lab.api, project, {
    type: 'CredentialsReady',
    status: 'False',
    reason: mistake.reason,
  })

  await history.caughtUp(project)
  const first = history.of(project).find(({ object }) => object['status']?.conditions?.length > 0)
  expect((first?.at ?? Number.POSITIVE_INFINITY) - answered, 'first status after the answer').toBeLessThan(1_000)
  const { message } = conditionOf(failed, 'CredentialsReady') ?? {}
  for (const text of mistake.says(tenant)) expect(message).toContain(text)
  expect(conditionOf(failed, 'Ready')).toMatchObject({ status: 'False', reason: mistake.reason })
  expect(failed['status'].summary).toBe(message)
  if (mistake.patient) {
    expect(conditionOf(failed, 'Reconciling')).toMatchObject({ status: 'True', reason: 'WaitingForSecret' })
    expect(conditionOf(failed, 'Stalled')).toBeUndefined()
  } else {
    expect(conditionOf(failed, 'Stalled')).toMatchObject({ status: 'True', reason: mistake.reason })
    expect(conditionOf(failed, 'Reconciling')).toBeUndefined()
  }
  expect(holdingsOf(lab.world, tenant)).toEqual(nothing)
  expect(hetznerProjectOf(lab.world, tenant)?.firewalls ?? []).toEqual([])
  return { tenant, project }
}

/** Verified after it last was not: what a token may do is only known from the first write, and it is thought good until then. */
async function expectHealed(project: KubeObject, o: { since: number; within: number }): Promise<void> {
  const statusOf = ({ object }: Version) => conditionOf(object, 'CredentialsReady')?.status
  const healed = await waitFor(
    'verified credentials',
    async () => {
      const versions = history.of(project)
      return versions.slice(versions.findLastIndex((version) => statusOf(version) === 'False') + 1)[0]
    },
    { within: o.within + 10_000, every: 20 },
  )
  expect(statusOf(healed)).toBe('True')
  expect(healed.at).toBeLessThan(o.since + o.within)
}

/** Healed and echoed within two seconds of the annotation. */
async function expectRequestHeard(project: KubeObject, annotation: string): Promise<void> {
  const asked = new Date().toISOString()
  const since = performance.now()
  await annotate(project, { [annotation]: asked })
  await expectHealed(project, { since, within: 2_000 })
  const echo = () => history.of(project).find(({ object }) => object['status'].lastHandledReconcileAt === asked)
  const { at } = await waitFor('the echo', async () => echo())
  expect(at).toBeLessThan(since + 2_000)
}

describe.concurrent('credentials that are wrong', () => {
  it.each(mistakes)('are named when $input, and heal within 35 s after that is mended', async (mistake) => {
    const { tenant, project } = await meet(mistake)
    await mistake.mend(tenant)
    await expectHealed(project, { since: performance.now(), within: 35_000 })
    await untilReady(lab.api, project, 40_000)
  })

  it.each(mistakes)('are looked at again within 2 s on request when $input', async (mistake) => {
    // Nothing is to be created here; only what is learnt from a write needs one.
    const { tenant, project } = await meet(mistake, (spec) => {
      spec['suspend'] = mistake.reason !== 'TokenReadOnly'
    })
    await inTurn(async () => {
      await mistake.mend(tenant)
      await expectRequestHeard(project, 'botyard.dev/reconcile-requested-at')
    })
  })

  it("are looked at again on Flux's request, too", async () => {
    const { tenant, project } = await meet(mistakes[0] as Mistake)
    await inTurn(async () => {
      await mendHetzner(tenant)
      await expectRequestHeard(project, 'reconcile.fluxcd.io/requestedAt')
    })
  })

  it('do not matter where they are harmless: tokens with a trailing newline work', async () => {
    const tenant = await createTenant(lab.api)
    await replaceSecret(tenant, 'hetzner', { token: `${tenant.hetznerToken}\n` })
    await replaceSecret(tenant, 'echo-bot', { token: ` ${tenant.botToken}\r\n` })
    const project = await lab.api.create(projectOf(tenant))
    await untilReady(lab.api, project, 40_000)
    expect(holdingsOf(lab.world, tenant)).toMatchObject({ servers: 1, ipv4s: 1 })
  })
})

describe.concurrent('credentials that become wrong while a Project serves', () => {
  async function serving(): Promise<{ tenant: Tenant; project: KubeObject }> {
    const tenant = await createTenant(lab.api)
    const project = await lab.api.create(projectOf(tenant))
    return { tenant, project: await untilReady(lab.api, project, 60_000) }
  }

  it('a token of another Hetzner project is refused, and nothing is created or given up anywhere', async () => {
    const { tenant, project } = await serving()
    const before = hetznerProjectOf(lab.world, tenant)
    const other = hetznerToken()
    await replaceSecret(tenant, 'hetzner', { token: other })
    await annotate(project, { 'botyard.dev/reconcile-requested-at': '1' })
    const changed = await untilCondition(lab.api, project, {
      type: 'CredentialsReady',
      status: 'False',
      reason: 'AccountChanged',
    })
    expect(conditionOf(changed, 'CredentialsReady')?.message).toContain('Put back a token of the Hetzner project')
    expect(conditionOf(changed, 'Stalled')).toMatchObject({ reason: 'AccountChanged' })
    expect(changed['status'].server).toEqual(project['status'].server)

    await waitFor('some more passes', async () => {
      await annotate(project, { 'botyard.dev/reconcile-requested-at': '2' })
      return (await lab.api.get(project))['status'].lastHandledReconcileAt === '2'
    })
    const after = hetznerProjectOf(lab.world, tenant)
    expect(after?.servers).toEqual(before?.servers)
    expect(after?.primaryIPs).toEqual(before?.primaryIPs)
    expect(hetznerProjectOf(lab.world, { hetznerToken: other })).toMatchObject({
      servers: [],
      primaryIPs: [],
      firewalls: [],
      sshKeys: [],
    })

    await mendHetzner(tenant)
    await expectHealed(project, { since: performance.now(), within: 35_000 })
    await untilReady(lab.api, project)
    expect(hetznerProjectOf(lab.world, tenant)?.servers).toEqual(before?.servers)
  })

  it('another token of the same Hetzner project goes unnoticed', async () => {
    const { tenant, project } = await serving()
    const token = hetznerToken()
    lab.world.hcloud.control.addToken({ of: tenant.hetznerToken, token })
    await replaceSecret(tenant, 'hetzner', { token })
    lab.world.hcloud.control.revokeToken(tenant.hetznerToken)
    await annotate(project, { 'botyard.dev/reconcile-requested-at': '1' })
    await waitFor('the pass', async () => (await lab.api.get(project))['status'].lastHandledReconcileAt === '1')
    await history.caughtUp(project)
    const ready = history.conditionsOf(project, 'Ready').map(({ status }) => status)
    expect(ready.at(-1)).toBe('True')
    expect(ready.filter((status) => status === 'True')).toHaveLength(1)
  })

  it('a revoked token is noticed by the inventory, without a request', async () => {
    const { tenant, project } = await serving()
    lab.world.hcloud.control.revokeToken(tenant.hetznerToken)
    const noticed = await untilCondition(lab.api, project, {
      type: 'CredentialsReady',
      status: 'False',
      reason: 'TokenRejected',
    })
    expect(noticed['status'].server).toEqual(project['status'].server)
    const token = hetznerToken()
    lab.world.hcloud.control.addToken({ of: tenant.hetznerToken, token })
    await replaceSecret(tenant, 'hetzner', { token })
    await expectHealed(project, { since: performance.now(), within: 35_000 })
    await untilReady(lab.api, project)
  })

  it('a token that may only read goes on to serve, and the first refused write tells', async () => {
    const { tenant, project } = await serving()
    const token = hetznerToken()
    lab.world.hcloud.control.addToken({ of: tenant.hetznerToken, token, readOnly: true })
    await replaceSecret(tenant, 'hetzner', { token })
    await annotate(project, { 'botyard.dev/reconcile-requested-at': '1' })
    await waitFor('the pass', async () => (await lab.api.get(project))['status'].lastHandledReconcileAt === '1')
    expect(conditionOf(await lab.api.get(project), 'Ready')?.status).toBe('True')

    const [server] = hetznerProjectOf(lab.world, tenant)?.servers ?? []
    lab.world.hcloud.control.powerOffServer(server?.id ?? 0)
    await untilCondition(lab.api, project, { type: 'CredentialsReady', status: 'False', reason: 'TokenReadOnly' })
    await mendHetzner(tenant)
    await untilReady(lab.api, project, 60_000)
    expect(hetznerProjectOf(lab.world, tenant)?.servers).toMatchObject([{ id: server?.id, status: 'running' }])
  })
})

const callsOf = ({ botID }: Tenant): Record<string, number> =>
  Object.fromEntries(lab.world.telegram.simulator.registry.get(botID)?.calls ?? [])

/** Another Project, in another namespace and Hetzner project, with a bot token of the tenant's bot. */
async function rivalOf(tenant: Tenant, token = tenant.botToken): Promise<{ rival: Tenant; project: KubeObject }> {
  const rival = await createTenant(lab.api)
  await replaceSecret(rival, `${rival.name}-bot`, { token })
  return { rival, project: await lab.api.create(projectOf(rival)) }
}

describe.concurrent('one bot in two Projects', () => {
  it('serves the older one; the younger learns nothing of it, and takes over when it is gone', async () => {
    const tenant = await createTenant(lab.api)
    const winner = await lab.api.create(projectOf(tenant))
    // Which is older is told in whole seconds.
    await delay(1_100)
    const { rival, project: loser } = await rivalOf(tenant)
    const refused = await untilCondition(lab.api, loser, {
      type: 'CredentialsReady',
      status: 'False',
      reason: 'BotConflict',
    })
    expect(conditionOf(refused, 'Stalled')).toMatchObject({ reason: 'BotConflict' })
    const ready = await untilReady(lab.api, winner, 40_000)
    const { url } = ready['status'].telegram

    await annotate(loser, { 'botyard.dev/reconcile-requested-at': '1' })
    await waitFor('one more pass', async () => (await lab.api.get(loser))['status'].lastHandledReconcileAt)
    expect(holdingsOf(lab.world, tenant).webhook).toBe(url)
    expect(callsOf(tenant)['setwebhook']).toBe(1)
    expect(holdingsOf(lab.world, rival)).toEqual(nothing)
    await history.caughtUp(loser)
    const told = JSON.stringify(history.of(loser).map(({ object }) => object['status']))
    for (const detail of [tenant.namespace, winner.metadata.uid ?? '', ready['status'].address.ipv4])
      expect(told).not.toContain(detail)

    await lab.api.delete(winner)
    await untilGone(lab.api, winner)
    const gone = performance.now()
    const taken = await untilReady(lab.api, loser, 60_000)
    await history.caughtUp(loser)
    const verified = history.of(loser).find(({ object }) => conditionOf(object, 'CredentialsReady')?.status === 'True')
    expect(verified?.at).toBeLessThan(gone + 35_000)
    expect(taken['status'].telegram.url).not.toBe(url)
    expect(lab.world.telegram.simulator.registry.get(tenant.botID)?.webhook?.url).toBe(taken['status'].telegram.url)
  })

  it('cannot be blocked by a token that only begins with its id', async () => {
    const tenant = await createTenant(lab.api)
    lab.world.telegram.simulator.registry.issue(tenant.botToken)
    const { rival, project: thief } = await rivalOf(tenant, `${tenant.botID}:${'x'.repeat(35)}`)
    await untilCondition(lab.api, thief, { type: 'CredentialsReady', status: 'False', reason: 'TokenRejected' })
    await delay(1_100)
    const victim = await lab.api.create(projectOf(tenant))
    await untilReady(lab.api, victim, 40_000)
    expect(history.conditionsOf(victim, 'CredentialsReady').map(({ reason }) => reason)).not.toContain('BotConflict')
    await annotate(thief, { 'botyard.dev/reconcile-requested-at': '1' })
    await waitFor('one more pass', async () => (await lab.api.get(thief))['status'].lastHandledReconcileAt)
    expect(conditionOf(await lab.api.get(thief), 'CredentialsReady')?.reason).toBe('TokenRejected')
    expect(holdingsOf(lab.world, rival)).toEqual(nothing)
  })
})

describe('in all of this', () => {
  it('no Project was Ready before its credentials were, and no secret showed up anywhere', async () => {
    for (const { object } of history.all()) {
      if (conditionOf(object, 'CredentialsReady')?.status === 'True') continue
      expect(conditionOf(object, 'Ready')?.status).not.toBe('True')
    }
    expect(canary.known).toBeGreaterThan(50)
    expect(await canary.leaks()).toEqual([])
  })
})
