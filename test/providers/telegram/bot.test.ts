import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { seconds, systemClock } from '../../../src/clock.ts'
import { type Bot, createBots } from '../../../src/providers/telegram/bot.ts'
import type { Fetch } from '../../../src/providers/telegram/exchange.ts'
import { isTelegramError, TelegramError } from '../../../src/providers/telegram/telegram-error.ts'
import type { WebhookSettings } from '../../../src/providers/telegram/webhook-settings.ts'
import { issueCertificates } from '../../../src/reconcilers/certificates.ts'
import { fakeClock } from '../../support/fake-clock.ts'

const secretPart = 'AAE-kq3xTz7_Yp0aBcDeFgHiJkLmNoPqRsT'
const token = `123456789:${secretPart}`
const secretToken = 'sT0ken_0123456789-abcdefghij'
const idle = () => new AbortController().signal

interface Call {
  url: string
  contentType: string
  body: string
}

/** A Telegram of one fixed answer. */
function telegram(answer: () => Response | Promise<Response>): { bot: Bot; calls: Call[] } {
  const calls: Call[] = []
  const fetch: Fetch = async (url, init) => {
    const body = typeof init.body === 'string' ? init.body : Buffer.from(init.body).toString('utf8')
    calls.push({ url, contentType: init.headers['content-type'] ?? '', body })
    return answer()
  }
  return { bot: createBots({ endpoint: 'https://api.telegram.org', fetch, clock: fakeClock() }).bot(token), calls }
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(body), { status, headers })
const ok = (result: unknown) => json(200, { ok: true, result })
const no = (code: number, description: string, more: object = {}) =>
  json(code, { ok: false, error_code: code, description, ...more })

async function failureOf(promise: Promise<unknown>): Promise<TelegramError> {
  const error = await promise.then(
    () => new Error('it succeeded'),
    (caught: unknown) => caught,
  )
  if (!isTelegramError(error)) throw error
  return error
}

let settings: WebhookSettings
beforeAll(async () => {
  const issued = await issueCertificates({ ip: '203.0.113.7', commonName: 'a/b', clock: systemClock })
  settings = {
    url: 'https://203.0.113.7:8443/webhook',
    certificate: issued.caCertificate,
    ipAddress: '203.0.113.7',
    maxConnections: 40,
    secretToken,
    dropPendingUpdates: false,
  }
})

describe('a bot', () => {
  it('says who it is', async () => {
    const { bot, calls } = telegram(ok({ id: 123456789, is_bot: true, first_name: 'Echo', username: 'echo_bot' }))
    expect(await bot.getMe(idle())).toEqual({ id: 123456789, username: 'echo_bot' })
    expect(bot.id).toBe(123456789)
    expect(calls[0]?.url).toBe(`https://api.telegram.org/bot${token}/getMe`)
  })

  it('reads a webhook into our own words, times in milliseconds', async () => {
    const { bot } = telegram(
      ok({
        url: 'https://203.0.113.7/webhook',
        has_custom_certificate: true,
        pending_update_count: 3,
        ip_address: '203.0.113.7',
        last_error_date: 1_700_000_000,
        last_error_message: 'x'.repeat(2_000),
        max_connections: 40,
        allowed_updates: ['message'],
      }),
    )
    expect(await bot.getWebhookInfo(idle())).toEqual({
      url: 'https://203.0.113.7/webhook',
      hasCustomCertificate: true,
      pendingUpdateCount: 3,
      ipAddress: '203.0.113.7',
      lastErrorAt: 1_700_000_000_000,
      lastErrorMessage: 'x'.repeat(512),
      lastSynchronizationErrorAt: undefined,
      maxConnections: 40,
      allowedUpdates: ['message'],
    })
  })

  it('reads the absence of a webhook', async () => {
    const { bot } = telegram(ok({ url: '', has_custom_certificate: false, pending_update_count: 0 }))
    expect(await bot.getWebhookInfo(idle())).toMatchObject({ url: '', allowedUpdates: undefined })
  })

  it('sends the certificate as a file and every setting, also the default updates', async () => {
    const { bot, calls } = telegram(ok(true))
    await bot.setWebhook(settings, idle())
    const { contentType, body } = calls[0] ?? { contentType: '', body: '' }
    expect(contentType).toMatch(/^multipart\/form-data; boundary=/)
    expect(body).toContain(settings.certificate)
    expect(body).toContain('filename=certificate.pem')
    const form = fieldsOf(contentType, body)
    expect(form).toMatchObject({
      url: settings.url,
      ip_address: '203.0.113.7',
      max_connections: '40',
      allowed_updates: '[]',
      secret_token: secretToken,
      drop_pending_updates: 'false',
    })
    expect(form.certificate).toMatch(/^attach:\/\//)
  })

  it('never drops pending updates when it deletes the webhook', async () => {
    const { bot, calls } = telegram(ok(true))
    await bot.deleteWebhook(idle())
    expect(JSON.parse(calls[0]?.body ?? '')).toEqual({ drop_pending_updates: false })
  })

  it('is not made of something that is no token, and the error does not repeat it', () => {
    const bots = createBots({ endpoint: 'https://x.test', fetch: async () => ok(true)(), clock: fakeClock() })
    for (const bad of ['', 'junk-junk-junk', `${token}\n`, '0123456:abc', `123456789:${'a'.repeat(51)}`]) {
      expect(() => bots.bot(bad)).toThrow(TelegramError)
      expect(() => bots.bot(bad)).not.toThrow('junk')
    }
  })
})

/** An endpoint where nobody listens. */
async function closedPort(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

/** The plain fields of grammY's multipart body. */
function fieldsOf(contentType: string, body: string): Record<string, string> {
  const boundary = contentType.slice(contentType.indexOf('=') + 1)
  const parts = body.split(`--${boundary}`).map((part) => /name="([^"]+)"\r\n\r\n([\s\S]*?)\r\n$/.exec(part))
  return Object.fromEntries(parts.filter((part) => part !== null).map(([, name, value]) => [name, value]))
}

type Expected = Partial<Pick<TelegramError, 'errorClass' | 'code' | 'status' | 'retryAfter' | 'outcomeUnknown'>>

describe('an answer that is no', () => {
  const html = () => new Response('<html><h1>502 Bad Gateway</h1></html>', { status: 502 })
  const rows: [string, () => Response, Expected][] = [
    ['a revoked token', no(401, 'Unauthorized'), { errorClass: 'Auth', code: 'unauthorized', outcomeUnknown: false }],
    ['an invalid token', no(401, 'Unauthorized: invalid token specified'), { errorClass: 'Auth' }],
    ['a malformed token', no(404, 'Not Found'), { errorClass: 'Auth', code: 'token_malformed' }],
    ['an unknown method', no(404, 'Not Found: method not found'), { errorClass: 'Bug' }],
    [
      'a token the local server refuses',
      no(421, 'Misdirected Request: unallowed token specified'),
      { errorClass: 'Auth' },
    ],
    ['a logged-out bot', no(400, 'Logged out'), { errorClass: 'Auth', code: 'logged_out' }],
    [
      'a host without a DNS record',
      no(400, 'Bad Request: bad webhook: Failed to resolve host: Name or service not known'),
      { errorClass: 'Transient', code: 'resolve_failed' },
    ],
    [
      'a DNS server that is down',
      no(400, 'Bad Request: bad webhook: Temporary failure in name resolution'),
      { errorClass: 'Transient', code: 'resolve_failed' },
    ],
    [
      'a URL without https',
      no(400, 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook'),
      { errorClass: 'InvalidSpec', code: 'bad_webhook' },
    ],
    [
      'a foreign port',
      no(400, 'Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443'),
      { errorClass: 'InvalidSpec', code: 'port_rejected' },
    ],
    [
      'a reserved address',
      no(400, 'Bad Request: bad webhook: IP address 10.0.0.1 is reserved'),
      { errorClass: 'InvalidSpec', code: 'address_rejected' },
    ],
    [
      'an invalid address',
      no(400, 'Bad Request: bad webhook: Invalid IP address specified'),
      { errorClass: 'InvalidSpec', code: 'address_rejected' },
    ],
    [
      'an IPv6 host',
      no(400, 'Bad Request: bad webhook: IPv6-only addresses are not allowed'),
      { errorClass: 'InvalidSpec', code: 'address_rejected' },
    ],
    [
      'a bad certificate',
      no(400, 'Bad Request: bad webhook: Failed to set custom certificate file'),
      { errorClass: 'InvalidSpec', code: 'certificate_rejected' },
    ],
    [
      'a huge certificate',
      no(400, 'Bad Request: bad webhook: certificate size is too big'),
      { errorClass: 'InvalidSpec', code: 'certificate_rejected' },
    ],
    ['a broken URL', no(400, 'Bad Request: invalid webhook URL specified'), { errorClass: 'InvalidSpec' }],
    [
      'a bad secret token',
      no(400, 'Bad Request: secret token contains unallowed characters'),
      { errorClass: 'InvalidSpec', code: 'bad_secret_token' },
    ],
    [
      'something else in the settings',
      no(400, 'Bad Request: what'),
      { errorClass: 'InvalidSpec', code: 'bad_request' },
    ],
    [
      'a second writer',
      no(409, 'Conflict: terminated by other setWebhook request'),
      { errorClass: 'Transient', code: 'concurrent_set_webhook' },
    ],
    [
      'a poller',
      no(409, 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'),
      { errorClass: 'Conflict', code: 'foreign_conflict' },
    ],
    [
      'too many calls, the wait in the body',
      no(429, 'Too Many Requests: retry after 7', { parameters: { retry_after: 7 } }),
      { errorClass: 'Throttled', retryAfter: seconds(7), outcomeUnknown: false },
    ],
    [
      'too many calls, the wait in the header',
      json(429, { ok: false, error_code: 429, description: 'Too Many Requests' }, { 'retry-after': '9' }),
      { errorClass: 'Throttled', retryAfter: seconds(9) },
    ],
    ['too many calls, no wait', no(429, 'Too Many Requests'), { errorClass: 'Throttled', retryAfter: seconds(1) }],
    ['a restart', no(500, 'Internal Server Error: restart'), { errorClass: 'Transient', outcomeUnknown: true }],
    ['an unknown refusal', no(418, "I'm a teapot"), { errorClass: 'Bug', code: 'refused_418' }],
    ['a web page', html, { errorClass: 'Transient', code: 'unexpected_answer', status: 502, outcomeUnknown: true }],
    ['a web page with 401', () => new Response('<html>', { status: 401 }), { errorClass: 'Transient' }],
    ['a web page with 200', () => new Response('<html>', { status: 200 }), { errorClass: 'Transient' }],
    ['nothing', () => new Response('', { status: 200 }), { errorClass: 'Transient', code: 'unexpected_answer' }],
    ['garbage', () => new Response('{"ok":tru', { status: 200 }), { errorClass: 'Transient' }],
    ['another JSON', json(200, { message: 'hello' }), { errorClass: 'Transient' }],
    ['a no without a code', json(400, { ok: false, description: 'x' }), { errorClass: 'Transient' }],
    [
      'a yes of another shape',
      ok('maybe'),
      { errorClass: 'Transient', code: 'unexpected_answer', outcomeUnknown: true },
    ],
    ['a yes with status 500', json(500, { ok: true, result: true }), { errorClass: 'Transient' }],
    [
      'a redirect',
      () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.test/' } }),
      { errorClass: 'Transient', status: 302 },
    ],
    ['a flood', () => new Response('a'.repeat(70_000), { status: 200 }), { errorClass: 'Transient' }],
  ]

  it.each(rows)('%s', async (_name, answer, expected) => {
    const { bot, calls } = telegram(answer)
    expect(await failureOf(bot.setWebhook(settings, idle()))).toMatchObject(expected)
    expect(calls).toHaveLength(1)
  })

  it('is never taken for a verdict on the token unless Telegram itself says so', async () => {
    const status = fc.oneof(fc.constantFrom(200, 401, 404, 421, 429), fc.integer({ min: 200, max: 599 }))
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constant('{"ok":false}'),
      fc.constant('{"ok":false,"error_code":401}'),
    )
    const method = fc.constantFrom('getMe', 'getWebhookInfo', 'deleteWebhook')
    await fc.assert(
      fc.asyncProperty(status, body, method, async (code, text, name) => {
        const answer = () => new Response([204, 205, 304].includes(code) ? null : text, { status: code })
        const failure = await failureOf(telegram(answer).bot[name as 'getMe'](idle()))
        expect(failure).toMatchObject({ errorClass: 'Transient', code: 'unexpected_answer' })
        expect(failure.message).toMatch(/^Cannot /)
      }),
    )
  })

  it('leaves no doubt about a read', async () => {
    expect(await failureOf(telegram(html).bot.getMe(idle()))).toMatchObject({ outcomeUnknown: false })
    expect(await failureOf(telegram(no(400, 'Bad Request')).bot.getMe(idle()))).toMatchObject({ errorClass: 'Bug' })
  })

  it.each([
    [{ url: '' }],
    [{ url: 'https://x.test', has_custom_certificate: true }],
    [{ url: 'https://x.test', has_custom_certificate: 'yes', pending_update_count: 0 }],
    [{ url: null, has_custom_certificate: false, pending_update_count: 0 }],
    [[]],
    [null],
    ['ok'],
  ])('a webhook of another shape is an error, never a default: %j', async (result) => {
    const failure = await failureOf(telegram(ok(result)).bot.getWebhookInfo(idle()))
    expect(failure).toMatchObject({ errorClass: 'Transient', code: 'unexpected_answer' })
  })
})

describe('settings that Telegram would refuse after it has removed the old webhook', () => {
  const rows: [string, Partial<WebhookSettings>][] = [
    ['an empty URL, which would remove the webhook', { url: '' }],
    ['http', { url: 'http://203.0.113.7/webhook' }],
    ['a foreign port', { url: 'https://203.0.113.7:8080/webhook' }],
    ['credentials in the URL', { url: 'https://a:b@203.0.113.7/' }],
    ['an IPv6 address', { ipAddress: '2001:db8::1' }],
    ['no connections', { maxConnections: 0 }],
    ['half a connection', { maxConnections: 1.5 }],
    ['too many connections', { maxConnections: 101 }],
    ['an empty secret token', { secretToken: '' }],
    ['a secret token with a space', { secretToken: 'a b' }],
    ['a secret token with a newline at its end', { secretToken: 'abc\n' }],
    ['a long secret token', { secretToken: 'a'.repeat(257) }],
    ['a certificate that is none', { certificate: 'hello' }],
    ['a private key', { certificate: '-----BEGIN PRIVATE KEY-----\n' }],
  ]

  it.each(rows)('%s: no call is made', async (_name, wrong) => {
    const { bot, calls } = telegram(ok(true))
    const failure = await failureOf(bot.setWebhook({ ...settings, ...wrong }, idle()))
    expect(failure).toMatchObject({ errorClass: 'InvalidSpec', code: 'invalid_settings' })
    expect(calls).toHaveLength(0)
  })
})

describe('time', () => {
  const hanging: Fetch = (_url, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  const deaf: Fetch = () => new Promise(() => {})
  const slowBody: Fetch = async () => ({
    status: 200,
    headers: new Headers(),
    body: (async function* () {
      yield Buffer.from('{')
      await new Promise(() => {})
    })(),
  })

  it.each([
    ['no answer', hanging],
    ['a fetch that does not heed its signal', deaf],
    ['a body that never ends', slowBody],
  ])('ends a call after 10 s: %s', async (_name, fetch) => {
    const clock = fakeClock()
    let failure: TelegramError | undefined
    const bot = createBots({ endpoint: 'https://x.test', fetch, clock }).bot(token)
    const over = failureOf(bot.deleteWebhook(idle())).then((error) => {
      failure = error
    })
    await clock.advance(seconds(10) - 1)
    expect(failure).toBeUndefined()
    await clock.advance(1)
    await over
    expect(failure).toMatchObject({ errorClass: 'Transient', code: 'timeout', outcomeUnknown: true })
    expect(clock.pending).toBe(0)
  })

  it('rejects with the reason of a caller who aborts, and makes no call when that was before', async () => {
    const why = new Error('enough')
    const caller = new AbortController()
    const clock = fakeClock()
    const bot = createBots({ endpoint: 'https://x.test', fetch: hanging, clock }).bot(token)
    const over = expect(bot.getMe(caller.signal)).rejects.toBe(why)
    await clock.advance(1)
    caller.abort(why)
    await over
    expect(clock.pending).toBe(0)
    const { bot: other, calls } = telegram(ok(true))
    await expect(other.getMe(caller.signal)).rejects.toBe(why)
    expect(calls).toHaveLength(0)
  })
})

describe('over a real socket', () => {
  let respond: Parameters<typeof createServer>[1]
  const seen: { type: string; length: string | undefined; body: string }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const { 'content-type': type = '', 'content-length': length } = request.headers
      seen.push({ type, length, body: Buffer.concat(chunks).toString() })
      respond?.(request, response)
    })
  })
  let endpoint = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  beforeEach(() => void seen.splice(0))
  afterAll(() => void server.close())
  const botAt = (at: string) => createBots({ endpoint: at, fetch: undiciFetch, clock: systemClock }).bot(token)

  it('uploads the certificate with a known length', async () => {
    respond = (_request, response) => void response.end('{"ok":true,"result":true}')
    await botAt(endpoint).setWebhook(settings, idle())
    expect(seen[0]?.body).toContain(settings.certificate)
    expect(Number(seen[0]?.length)).toBe(Buffer.byteLength(seen[0]?.body ?? ''))
  })

  it('knows that a refused connection did nothing, and doubts a cut one', async () => {
    respond = (request) => void request.socket.destroy()
    const cut = await failureOf(botAt(endpoint).deleteWebhook(idle()))
    expect(cut).toMatchObject({ errorClass: 'Transient', code: 'network', outcomeUnknown: true })
    const refusal = await failureOf(botAt(await closedPort()).deleteWebhook(idle()))
    expect(refusal).toMatchObject({ errorClass: 'Transient', code: 'network', outcomeUnknown: false })
    expect(refusal.message).toBe('Cannot delete the webhook: ECONNREFUSED')
  })

  it('does not follow a redirect: the URL holds the token', async () => {
    respond = (request, response) => void response.writeHead(307, { location: `/elsewhere${request.url}` }).end()
    expect(await failureOf(botAt(endpoint).getMe(idle()))).toMatchObject({ status: 307 })
    expect(seen).toHaveLength(1)
  })
})

describe('an error never holds a byte of a secret', () => {
  const leaks: [string, () => Response | Promise<Response>][] = [
    ['the description quotes the URL', no(400, `Bad Request: https://api.telegram.org/bot${token}/setWebhook`)],
    ['the description quotes the secret token', no(400, `Bad Request: secret token ${secretToken} is bad`)],
    ['the description quotes half a token', no(404, `Not Found: …${secretPart.slice(10, 25)}…`)],
    ['the page quotes the URL', () => new Response(`<p>/bot${token}/setWebhook</p>`, { status: 502 })],
    [
      'the redirect quotes the URL',
      () => new Response('', { status: 307, headers: { location: `https://x/bot${token}` } }),
    ],
    ['fetch fails with the URL', () => Promise.reject(new TypeError(`failed: /bot${token}/`))],
    [
      'fetch fails with a chain of causes',
      () => Promise.reject(new TypeError('x', { cause: Object.assign(new Error(token), { code: secretPart, token }) })),
    ],
  ]

  it.each(leaks)('%s', async (_name, answer) => {
    const failure = await failureOf(telegram(answer).bot.setWebhook(settings, idle()))
    const everything = inspect(failure, { depth: 20, showHidden: true }) + JSON.stringify(failure) + failure.stack
    for (const secret of [secretPart, secretToken]) {
      for (let at = 0; at + 8 <= secret.length; at++) expect(everything).not.toContain(secret.slice(at, at + 8))
    }
    expect(failure.cause).toBeUndefined()
  })

  it('whatever a server writes', async () => {
    const around = fc.string({ maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(around, around, fc.integer({ min: 400, max: 599 }), async (before, after, status) => {
        const answer = no(status, `${before}${token}${after}`)
        const failure = await failureOf(telegram(answer).bot.setWebhook(settings, idle()))
        expect(inspect(failure, { depth: 20 })).not.toContain(secretPart)
      }),
      { numRuns: 50 },
    )
  })
})
