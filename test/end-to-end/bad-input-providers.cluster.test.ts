// Bad input from the providers: 429, 500, pages of HTML, garbage, nothing. What was known stays, and it goes on afterwards.

import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import type { FaultKind } from '../../simulators/kit/fault.ts'
import type { Canary } from '../support/canary.ts'
import { waitFor } from '../support/control-plane.ts'
import { type Gate, hcloudGate, telegramGate } from '../support/gate.ts'
import type { History } from '../support/history.ts'
import {
  conditionOf,
  createTenant,
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

vi.setConfig({ maxConcurrency: 40, testTimeout: 150_000 })

let watched: WatchedLab
let lab: TestLab
let history: History
let canary: Canary
let pid: number
let hetzner: Gate
let telegram: Gate
beforeAll(async () => {
  hetzner = hcloudGate()
  telegram = telegramGate()
  watched = await startWatchedLab({ front: { hcloud: hetzner.front, telegram: telegram.front } })
  ;({ lab, history, canary } = watched)
  pid = lab.operator.pid
})
afterAll(() => watched.stop())

type Side = 'Hetzner' | 'Telegram'

const json = (body: unknown) => ({ contentType: 'application/json', body: JSON.stringify(body) })
const hetznerSays = (code: string) => json({ error: { code, message: 'something happened', details: null } })
const telegramSays = (status: number, parameters?: object) =>
  json({ ok: false, error_code: status, description: 'Something happened', ...(parameters && { parameters }) })

/** Of a list without its items. */
const onlyPage = { page: 1, per_page: 50, previous_page: null, next_page: null, last_page: 1, total_entries: 0 }

const answers: { answer: string; faults: Record<Side, FaultKind & { route?: string }> }[] = [
  {
    answer: '429',
    faults: {
      Hetzner: { kind: 'status', status: 429, ...hetznerSays('rate_limit_exceeded') },
      Telegram: { kind: 'status', status: 429, ...telegramSays(429, { retry_after: 1 }) },
    },
  },
  {
    answer: '500',
    faults: {
      Hetzner: { kind: 'status', status: 500, ...hetznerSays('server_error') },
      Telegram: { kind: 'status', status: 500, ...telegramSays(500) },
    },
  },
  {
    answer: '502 with HTML',
    faults: { Hetzner: { kind: 'status', status: 502 }, Telegram: { kind: 'status', status: 502 } },
  },
  {
    answer: '404 and 401 with HTML, of a proxy',
    faults: { Hetzner: { kind: 'status', status: 404 }, Telegram: { kind: 'status', status: 401 } },
  },
  {
    answer: '200 with garbage',
    faults: {
      Hetzner: { kind: 'wrongBody', body: '{"servers": [{', contentType: 'application/json' },
      Telegram: { kind: 'wrongBody', body: '{"ok": tru', contentType: 'application/json' },
    },
  },
  {
    answer: '200 with JSON of another shape',
    faults: {
      Hetzner: { kind: 'wrongBody', ...json({}) },
      Telegram: { kind: 'wrongBody', ...json({ ok: true, result: {} }) },
    },
  },
  {
    // Everything else being well, what is read could pass for absence.
    answer: '200 with JSON of another shape, to what lists and tells',
    faults: {
      Hetzner: { kind: 'wrongBody', ...json({ meta: { pagination: onlyPage } }), route: 'GET /*' },
      Telegram: { kind: 'wrongBody', ...json({ ok: true, result: {} }), route: 'ANY /bot*/getWebhookInfo' },
    },
  },
  {
    answer: '200 with nothing',
    faults: { Hetzner: { kind: 'wrongBody', body: '' }, Telegram: { kind: 'wrongBody', body: '' } },
  },
  { answer: 'nothing', faults: { Hetzner: { kind: 'held' }, Telegram: { kind: 'held' } } },
]

const rows = answers.flatMap(({ answer, faults }) =>
  (['Hetzner', 'Telegram'] as const).map((side) => ({ answer, side, fault: faults[side] })),
)

const laneOf = (side: Side, tenant: Tenant) =>
  side === 'Hetzner'
    ? { faults: hetzner.faults(tenant.hetznerToken), requests: hetzner.requests(tenant.hetznerToken) }
    : { faults: telegram.faults(tenant.botToken), requests: telegram.requests(tenant.botToken) }

const steps = ['CredentialsReady', 'AddressReady', 'ServerReady', 'WorkloadReady', 'WebhookReady']

/** What was True stays True, what was found stays what it is, and nobody is asked to act. */
async function expectSteady(project: KubeObject): Promise<void> {
  await history.caughtUp(project)
  for (const type of [...steps, 'Ready']) {
    const statuses = history.conditionsOf(project, type).map(({ status }) => status)
    const sinceTrue = statuses.slice(statuses.indexOf('True'))
    expect(new Set(sinceTrue), `${type}: ${statuses}`).toEqual(new Set(['True']))
  }
  expect(history.conditionsOf(project, 'CredentialsReady').map(({ status }) => status)).not.toContain('False')
  expect(history.conditionsOf(project, 'Stalled')).toEqual([])
  for (const field of [
    'server.id',
    'server.type',
    'address.id',
    'address.ipv4',
    'telegram.botID',
    'account.markerID',
  ]) {
    const [part = '', name = ''] = field.split('.')
    const values = history.of(project).map(({ object }) => object['status']?.[part]?.[name])
    const sinceFound = values.slice(values.findIndex((value) => value !== undefined))
    expect(new Set(sinceFound).size, `${field}: ${sinceFound}`).toBe(1)
  }
}

const made = (tenant: Tenant, path: string): number =>
  hetzner
    .requests(tenant.hetznerToken)
    .filter((request) => request.method === 'POST' && request.path === `/v1${path}` && request.status === 201).length

const untilMended = (project: KubeObject): Promise<KubeObject> =>
  waitFor(
    'the end of the trouble',
    async () => {
      const current = await lab.api.get(project)
      return conditionOf(current, 'Reconciling') === undefined && !current['status'].lastError && current
    },
    { within: 60_000 },
  )

describe.concurrent('a provider that answers badly', () => {
  it.each(rows)('is waited for: $side answers $answer', async ({ side, fault }) => {
    const tenant = await createTenant(lab.api)
    const { faults, requests } = laneOf(side, tenant)
    const trouble = { route: 'ANY *', ...fault }

    // While the Project is created: from the first call on, and once more when an address has been made.
    faults.add(trouble)
    const project = await lab.api.create(projectOf(tenant))
    await waitFor('a call that fails', async () => requests.length > 0)
    await delay(3_000)
    faults.clear()
    await waitFor('the address', async () => made(tenant, '/primary_ips') > 0, { within: 40_000, every: 5 })
    faults.add(trouble)
    await delay(3_000)
    faults.clear()
    await untilReady(lab.api, project, 90_000)
    await untilMended(project)

    // While it serves.
    const before = requests.length
    faults.add(trouble)
    await untilNoticed(project, side)
    await delay(2_000)
    faults.clear()
    const { status } = await untilMended(project)
    expect(requests.length - before, 'calls in a row are paced').toBeLessThan(120)

    expect(conditionOf({ ...project, status }, 'Ready')?.status).toBe('True')
    await expectSteady(project)
    expect(made(tenant, '/servers')).toBe(1)
    expect(made(tenant, '/primary_ips')).toBe(1)
    expect(lab.world.hcloud.control.project(tenant.hetznerToken)).toMatchObject({
      servers: [{ id: status.server.id, status: 'running' }],
    })

    // While it is deleted. What answers nothing has been waited for often enough.
    if (fault.kind !== 'held') faults.add(trouble)
    await lab.api.delete(project)
    await delay(3_000)
    if (fault.kind !== 'held') expect(await lab.api.find(project)).toBeDefined()
    faults.clear()
    await untilGone(lab.api, project, 60_000)
    expect(holdingsOf(lab.world, tenant)).toEqual(nothing)
  })

  /** A full look is asked for, once nothing is taken for granted any more, and a version of the Project tells of the trouble. */
  async function untilNoticed(project: KubeObject, side: Side): Promise<void> {
    const since = performance.now()
    // Three sweeps that fail: what they proved is no longer good.
    if (side === 'Hetzner') await delay(7_000)
    await lab.api.patch(project, { metadata: { annotations: { 'botyard.dev/reconcile-requested-at': 'now' } } })
    const isNoticed = () =>
      history.of(project).some(({ at, object }) => at > since && object['status'].lastError !== undefined)
    await waitFor('a pass that meets it', async () => isNoticed(), { within: 30_000 })
  }

  it("is waited for as long as it says: Telegram's retry_after", async () => {
    const tenant = await createTenant(lab.api)
    const { faults, requests } = laneOf('Telegram', tenant)
    faults.add({ route: 'ANY *', kind: 'status', status: 429, ...telegramSays(429, { retry_after: 5 }), times: 1 })
    const project = await lab.api.create(projectOf(tenant))
    const waiting = await untilCondition(lab.api, project, {
      type: 'Reconciling',
      status: 'True',
      reason: 'WaitingForRateLimit',
    })
    expect(waiting['status'].lastError).toMatchObject({ class: 'Throttled', code: 'too_many_requests' })
    await untilReady(lab.api, project, 40_000)
    const [first, second] = requests
    const waited = (second?.at ?? 0) - (first?.at ?? 0)
    expect(waited).toBeGreaterThan(5_000)
    // Jitter, upwards only.
    expect(waited).toBeLessThan(8_500)
    await expectSteady(project)
  })

  it("is not asked again while its budget is spent: Hetzner's headers", async () => {
    const tenant = await createTenant(lab.api)
    const { faults, requests } = laneOf('Hetzner', tenant)
    const headers = { 'ratelimit-limit': '3600', 'ratelimit-remaining': '0', 'ratelimit-reset': '1900000000' }
    const { body, contentType } = hetznerSays('rate_limit_exceeded')
    faults.add({ route: 'ANY *', kind: 'status', status: 429, body, contentType, headers, times: 1 })
    const project = await lab.api.create(projectOf(tenant))
    const waiting = await untilCondition(lab.api, project, {
      type: 'Reconciling',
      status: 'True',
      reason: 'WaitingForRateLimit',
    })
    expect(conditionOf(waiting, 'CredentialsReady')).toMatchObject({ status: 'Unknown', reason: 'Unchecked' })
    await delay(8_000)
    expect(requests).toHaveLength(1)
  })
})

describe('an operator that starts while both providers answer badly', () => {
  it('takes nothing back, and goes on when they are well', async () => {
    const served = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const tenant = await createTenant(lab.api)
        const project = await lab.api.create(projectOf(tenant))
        return untilReady(lab.api, project, 40_000)
      }),
    )
    expect(lab.operator.pid).toBe(pid)
    expect(lab.operator.running).toBe(true)
    lab.world.hcloud.faults.add({ route: 'ANY *', kind: 'wrongBody', ...json({}) })
    lab.world.telegram.faults.add({ route: 'ANY *', kind: 'status', status: 502 })
    const began = performance.now()
    await lab.crash()
    for (const project of served) {
      await waitFor('a pass that meets it', async () =>
        history.of(project).some(({ at, object }) => at > began && object['status'].lastError !== undefined),
      )
    }
    lab.world.hcloud.faults.clear()
    lab.world.telegram.faults.clear()
    for (const project of served) {
      await untilMended(project)
      await expectSteady(project)
    }
  })
})

describe('in all of this', () => {
  it('no page of a proxy is shown to users, and no secret showed up anywhere', async () => {
    for (const { object } of history.all()) expect(JSON.stringify(object['status'] ?? {})).not.toMatch(/<html|nginx/)
    expect(canary.known).toBeGreaterThan(50)
    expect(await canary.leaks()).toEqual([])
  })
})
