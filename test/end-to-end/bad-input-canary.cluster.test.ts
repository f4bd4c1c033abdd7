// Bad input that would spill secrets: both providers repeat in their errors whatever they were sent, in every form and
// in part. Not a piece of a token, secret token or private key may come out anywhere (R9).

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import type { Handler } from '../../simulators/kit/handler.ts'
import { type Canary, releaseCanary } from '../support/canary.ts'
import { secret, waitFor } from '../support/control-plane.ts'
import type { History, Version } from '../support/history.ts'
import {
  conditionOf,
  createTenant,
  projectOf,
  type Tenant,
  type TestLab,
  untilCondition,
  untilReady,
} from '../support/test-lab.ts'
import { startWatchedLab, type WatchedLab } from '../support/watched-lab.ts'

vi.setConfig({ maxConcurrency: 40, testTimeout: 90_000 })

/** Which requests are answered by an echo, and as what. */
interface Echo {
  /** Method and path of the request, without its token. */
  to: RegExp
  status: number
  /** Hetzner's code; without it the answer is a page of HTML. */
  code?: string
}

const echoes = new Map<string, Echo>()

let watched: WatchedLab
let lab: TestLab
let history: History
let canary: Canary
beforeAll(async () => {
  watched = await startWatchedLab({ front: { hcloud: hetznerEcho, telegram: telegramEcho } })
  ;({ lab, history, canary } = watched)
})
afterAll(() => watched.stop())

/** In every form, whole and by halves, between ordinary words. */
function spell(token: string): string {
  const half = token.slice(0, Math.ceil(token.length / 2))
  const other = token.slice(half.length)
  const forms = [token, half, other, encodeURIComponent(token)]
  const encoded = (['base64', 'base64url', 'hex'] as const).map((encoding) => Buffer.from(token).toString(encoding))
  return [...forms, ...encoded, Buffer.from(`Bearer ${token}`).toString('base64')].join(' and ')
}

function hetznerEcho(service: Handler): Handler {
  return async (request) => {
    const token = (request.headers.get('authorization') ?? '').replace(/^Bearer /, '')
    const echo = echoes.get(token)
    const { pathname } = new URL(request.url)
    if (!echo?.to.test(`${request.method} ${pathname.replace('/v1', '')}`)) return service(request)
    const said = `${spell(token)}; you sent ${await request.text()}`
    const headers = { 'x-correlation-id': token.slice(0, 32) }
    if (echo.code === undefined) return new Response(`<html>${said}</html>`, { status: echo.status, headers })
    const details = { fields: [{ name: said, messages: [said] }] }
    return Response.json({ error: { code: echo.code, message: said, details } }, { status: echo.status, headers })
  }
}

function telegramEcho(service: Handler): Handler {
  const secretTokens = new Map<string, string>()
  return async (request) => {
    const [, token = '', method = ''] = /^\/bot([^/]+)\/(.+)$/.exec(new URL(request.url).pathname) ?? []
    const sent = await request.clone().text()
    const secretToken = /name="secret_token"\s+([A-Za-z0-9_-]+)/.exec(sent)?.[1]
    if (secretToken !== undefined) secretTokens.set(token, secretToken)
    const echo = echoes.get(token)
    if (!echo?.to.test(method)) return service(request)
    const said = `${spell(token)} ${spell(secretTokens.get(token) ?? '')}; you sent ${sent} to ${request.url}`
    if (echo.status === 200) return tellAsLastError(await service(request), said)
    return Response.json(
      { ok: false, error_code: echo.status, description: `Bad Request: bad webhook: ${said}` },
      { status: echo.status },
    )
  }
}

/** As when the server of the bot repeats in its answer what Telegram sent to it. */
async function tellAsLastError(answer: Response, said: string): Promise<Response> {
  const body = (await answer.json()) as { result: object }
  const last_error_date = Math.floor(Date.now() / 1_000)
  return Response.json({
    ...body,
    result: { ...body.result, pending_update_count: 12, last_error_date, last_error_message: said.slice(0, 500) },
  })
}

async function apply(tenant: Tenant): Promise<KubeObject> {
  return lab.api.create(projectOf(tenant))
}

/** Trouble has been told of in the status. */
const untilTold = (project: KubeObject): Promise<true> => {
  const isTold = ({ object }: Version) =>
    object['status']?.lastError !== undefined || conditionOf(object, 'Stalled') !== undefined
  return waitFor('words about the echo', async () => history.of(project).some(isTold), { within: 40_000 })
}

describe.concurrent('providers that repeat secrets', () => {
  it.each<Echo>([
    { to: /GET/, status: 401, code: 'unauthorized' },
    { to: /GET/, status: 403, code: 'forbidden' },
    { to: /GET/, status: 429, code: 'rate_limit_exceeded' },
    { to: /GET/, status: 500, code: 'server_error' },
    { to: /GET/, status: 502 },
    { to: /POST .firewalls/, status: 403, code: 'token_readonly' },
    { to: /POST .firewalls/, status: 422, code: 'invalid_input' },
    { to: /POST .primary_ips/, status: 422, code: 'invalid_input' },
    { to: /POST .primary_ips/, status: 403, code: 'resource_limit_exceeded' },
    { to: /POST .ssh_keys/, status: 422, code: 'invalid_input' },
    { to: /POST .servers/, status: 422, code: 'invalid_input' },
    { to: /POST .servers/, status: 403, code: 'resource_limit_exceeded' },
    { to: /POST .servers/, status: 503, code: 'unavailable' },
    { to: /POST .servers/, status: 400 },
  ])('Hetzner, in its answer to $to: $status $code', async (echo) => {
    const tenant = await createTenant(lab.api)
    echoes.set(tenant.hetznerToken, echo)
    await untilTold(await apply(tenant))
  })

  it.each<Echo>([
    { to: /getMe/, status: 401 },
    { to: /getMe/, status: 500 },
    { to: /getWebhookInfo/, status: 400 },
    { to: /setWebhook/, status: 400 },
    { to: /setWebhook/, status: 409 },
    { to: /setWebhook/, status: 502 },
  ])('Telegram, in its answer to $to: $status', async (echo) => {
    const tenant = await createTenant(lab.api)
    echoes.set(tenant.botToken, echo)
    await untilTold(await apply(tenant))
  })

  it("a bot's server, in what Telegram tells as its last error", async () => {
    const tenant = await createTenant(lab.api)
    const project = await apply(tenant)
    await untilReady(lab.api, project, 60_000)
    echoes.set(tenant.botToken, { to: /getWebhookInfo/, status: 200 })
    await lab.api.patch(project, { metadata: { annotations: { 'botyard.dev/reconcile-requested-at': '1' } } })
    await untilCondition(lab.api, project, { type: 'WebhookReady', status: 'False', reason: 'DeliveryFailing' })
  })

  it.each(['hetzner', 'echo-bot'])('a Secret %s that holds a token and more', async (name) => {
    const tenant = await createTenant(lab.api)
    const token = name === 'hetzner' ? tenant.hetznerToken : tenant.botToken
    const wanted = secret(tenant.namespace, name, { token: `token = ${token}\nother = ${token.slice(0, 40)}` })
    await lab.api.delete(wanted)
    await lab.api.create(wanted)
    const project = await apply(tenant)
    await untilCondition(lab.api, project, { type: 'CredentialsReady', status: 'False', reason: 'TokenMalformed' })
  })

  it('an action that fails with a token in its words', async () => {
    const tenant = await createTenant(lab.api)
    // Whoever's server is created next gets to see it: known secrets are secret everywhere.
    const error = { code: 'action_failed', message: `no: ${spell(tenant.hetznerToken)}` }
    lab.world.hcloud.control.addFault({ kind: 'actionFailure', command: 'create_server', error, times: 2 })
    await untilReady(lab.api, await apply(tenant), 60_000)
    const messages = history.all().map(({ object }) => conditionOf(object, 'ServerReady')?.message ?? '')
    expect(messages.filter((message) => /failed to create server \S+: .*no: /.test(message))).not.toEqual([])
  })
})

describe('not a piece of any secret', () => {
  it('came out: not in the log, a status, an Event, the metrics or the process arguments', async () => {
    expect(canary.known).toBeGreaterThan(80)
    expect(await canary.leaks()).toEqual([])
  })

  it('would have gone unnoticed', async () => {
    const other = releaseCanary(lab, history)
    for (const phrase of ['"Botyard starts"', 'has the permission', '--hcloud-endpoint', 'process_cpu_user_seconds'])
      other.remember(phrase)
    other.remember('Create one with the permission')
    const places = new Set((await other.leaks()).map((leak) => leak.split(':')[0]))
    await other.stop()
    expect(places).toEqual(new Set(['the log', 'a version of a Project', 'an Event', '/metrics', 'process arguments']))
  })
})
