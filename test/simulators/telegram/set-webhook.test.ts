// setWebhook, deleteWebhook and getWebhookInfo: what is refused, what is gone by then, and what is told afterwards.

import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { problemOfAddress, problemOfSecretToken } from '../../../simulators/telegram/webhook-rules.ts'
import { createAuthority } from '../certificates.ts'
import { setup, url } from './bot-api.ts'

let certificate: string

beforeAll(async () => {
  certificate = (await createAuthority()).certificate
})

const pem = () => new Blob([certificate])
describe('a setWebhook that is refused', () => {
  it.each([
    { why: 'no URL', parameters: { url: 'https://' }, text: 'invalid webhook URL specified' },
    { why: 'another scheme', parameters: { url: 'ftp://example.com/' }, text: 'invalid webhook URL specified' },
    { why: 'a long secret', parameters: { secret_token: 'a'.repeat(257) }, text: 'secret token is too long' },
    {
      why: 'characters in the secret',
      parameters: { secret_token: 'a b' },
      text: 'secret token contains unallowed characters',
    },
    {
      why: 'plain HTTP',
      parameters: { url: 'http://127.64.1.1:8443/' },
      text: 'bad webhook: An HTTPS URL must be provided for webhook',
    },
    {
      why: 'another port',
      parameters: { url: 'https://127.64.1.1:8444/' },
      text: 'bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443',
    },
    { why: 'no address', parameters: { ip_address: 'nonsense' }, text: 'bad webhook: Invalid IP address specified' },
    {
      why: 'IPv6',
      parameters: { ip_address: '2001:db8::1' },
      text: 'bad webhook: IPv6-only addresses are not allowed',
    },
    {
      why: 'an IPv6 host',
      parameters: { url: 'https://[2001:db8::1]:8443/' },
      text: 'bad webhook: IPv6-only addresses are not allowed',
    },
  ])('for $why has removed the old webhook first', async ({ parameters, text }) => {
    const { call, clock, info } = setup()
    await call('setWebhook', { url })
    await clock.advance(1_000)
    const answer = await call('setWebhook', { url: 'https://127.64.1.1:8443/other', ...parameters })
    expect(answer).toMatchObject({
      status: 400,
      body: { ok: false, error_code: 400, description: `Bad Request: ${text}` },
    })
    expect(await info()).toEqual({ url: '', has_custom_certificate: false, pending_update_count: 0 })
  })

  it('for being the second within a second keeps the old webhook and says how long to wait', async () => {
    const { call, clock, info } = setup()
    await call('setWebhook', { url })
    await clock.advance(999)
    const answer = await call('setWebhook', { url: 'https://127.64.1.1:8443/other' })
    expect(answer).toEqual({
      status: 429,
      retryAfterHeader: '1',
      body: {
        ok: false,
        error_code: 429,
        description: 'Too Many Requests: retry after 1',
        parameters: { retry_after: 1 },
      },
    })
    expect(await info()).toMatchObject({ url })
    await clock.advance(1)
    expect((await call('setWebhook', { url: 'https://127.64.1.1:8443/other' })).body.ok).toBe(true)
  })

  it('because another one came while it was looked at is a conflict, and the other one stays', async () => {
    const slow = Promise.withResolvers<string>()
    const { call, clock, info } = setup({ resolve: () => slow.promise })
    const first = call('setWebhook', { url: 'https://slow.example.com/' })
    await clock.advance(1_000)
    expect((await call('setWebhook', { url })).body.description).toBe('Webhook was set')
    expect(await first).toMatchObject({
      status: 409,
      body: { description: 'Conflict: terminated by other setWebhook' },
    })
    expect(await info()).toMatchObject({ url })
  })

  it('because the same one came while it was looked at leaves the other one, which is looked at anew', async () => {
    const lookups = [new Promise<string>(() => {})]
    const { call, clock, info } = setup({ resolve: () => lookups.shift() ?? Promise.resolve('127.64.1.9') })
    const first = call('setWebhook', { url: 'https://slow.example.com/' })
    await clock.advance(1_000)
    expect((await call('setWebhook', { url: 'https://slow.example.com/' })).body.description).toBe('Webhook was set')
    expect((await first).status).toBe(409)
    expect(await info()).toMatchObject({ url: 'https://slow.example.com/', ip_address: '127.64.1.9' })
  })
})

describe('a setWebhook that changes nothing', () => {
  const settings = { url, max_connections: '7', secret_token: 's', ip_address: '127.64.1.1' }

  it('is answered without touching the webhook', async () => {
    const { call, clock, bot } = setup()
    await call('setWebhook', settings)
    const before = bot().webhook
    await clock.advance(1_000)
    const { body } = await call('setWebhook', { ...settings, allowed_updates: '["message"]' })
    expect(body.description).toBe('Webhook is already set')
    expect(bot().webhook).toBe(before)
    expect(bot().allowedUpdates).toEqual(['message'])
  })

  it.each([
    { what: 'url', change: { url: `${url}2` } },
    { what: 'max_connections', change: { max_connections: '8' } },
    { what: 'secret_token', change: { secret_token: 't' } },
    { what: 'ip_address', change: { ip_address: '127.64.1.2' } },
    { what: 'a fixed address that is given up', change: { ip_address: '' } },
    { what: 'drop_pending_updates', change: { drop_pending_updates: 'true' } },
  ])('is not one that differs in $what', async ({ change }) => {
    const { call, clock } = setup()
    await call('setWebhook', settings)
    await clock.advance(1_000)
    expect((await call('setWebhook', { ...settings, ...change })).body.description).toBe('Webhook was set')
  })

  it('is never one with a certificate, old or new', async () => {
    const { call, upload, clock } = setup()
    const descriptions = []
    const steps = [() => upload('setWebhook', { url, certificate: pem() }), () => call('setWebhook', { url })]
    for (const step of [steps[0], steps[0], steps[1], steps[1]]) {
      descriptions.push((await step?.())?.body.description)
      await clock.advance(1_000)
    }
    expect(descriptions).toEqual(['Webhook was set', 'Webhook was set', 'Webhook was set', 'Webhook is already set'])
  })
})

describe('the certificate', () => {
  it.each([
    { shape: 'a file of that name', parts: () => ({ certificate: pem() }), wanted: true },
    { shape: 'an attached file', parts: () => ({ certificate: 'attach://x1', x1: pem() }), wanted: true },
    { shape: 'plain text, which is passed over', parts: () => ({ certificate }), wanted: false },
    { shape: 'the name of a file that is not there', parts: () => ({ certificate: 'attach://x2' }), wanted: false },
  ])('given as $shape', async ({ parts, wanted }) => {
    const { upload, info } = setup()
    expect((await upload('setWebhook', { url, ...parts() })).body.ok).toBe(true)
    expect(await info()).toMatchObject({ has_custom_certificate: wanted })
  })

  it('is not told, nor is the secret token', async () => {
    const { upload, info } = setup()
    await upload('setWebhook', { url, certificate: pem(), secret_token: 'hush-hush' })
    expect(JSON.stringify(await info())).not.toMatch(/hush|CERTIFICATE/)
  })
})

describe('getWebhookInfo', () => {
  it('has only what is set', async () => {
    const { call, info } = setup()
    expect(await info()).toEqual({ url: '', has_custom_certificate: false, pending_update_count: 0 })
    await call('setWebhook', { url })
    expect(await info()).toEqual({
      url,
      has_custom_certificate: false,
      pending_update_count: 0,
      max_connections: 40,
      ip_address: '127.64.1.1',
    })
  })

  it('does not know the address while the host is being looked up', async () => {
    const { call, info } = setup({ resolve: () => new Promise(() => {}) })
    void call('setWebhook', { url: 'https://slow.example.com/' })
    await new Promise((resolve) => setImmediate(resolve))
    expect(await info()).toMatchObject({ url: 'https://slow.example.com/', ip_address: '<unknown>' })
  })

  it.each([
    { given: '1000', wanted: 100 },
    { given: '-3', wanted: 1 },
    { given: 'many', wanted: 1 },
    { given: '', wanted: 40 },
  ])('max_connections "$given" counts as $wanted', async ({ given, wanted }) => {
    const { call, info } = setup()
    await call('setWebhook', { url, max_connections: given })
    expect(await info()).toMatchObject({ max_connections: wanted })
  })
})

describe('allowed_updates', () => {
  it.each([
    { given: undefined, wanted: ['poll'], why: 'absent keeps' },
    { given: 'nonsense', wanted: ['poll'], why: 'no JSON keeps' },
    { given: '{"a":1}', wanted: ['poll'], why: 'no list keeps' },
    { given: '["message", 7]', wanted: ['poll'], why: 'a list with something else keeps' },
    { given: '[]', wanted: undefined, why: 'an empty list means the default' },
    { given: '["nothing_known"]', wanted: undefined, why: 'only unknown names mean the default' },
    { given: '["MESSAGE", "unknown", "chat_member"]', wanted: ['message', 'chat_member'], why: 'unknown names go' },
  ])('$given: $why', async ({ given, wanted }) => {
    const { call, clock, info } = setup()
    await call('setWebhook', { url, allowed_updates: '["poll"]' })
    await clock.advance(1_000)
    await call('setWebhook', { url, max_connections: '9', ...(given !== undefined && { allowed_updates: given }) })
    expect((await info())['allowed_updates']).toEqual(wanted)
  })

  it('are taken over by a deleteWebhook that has nothing else to do', async () => {
    const { call, info } = setup()
    await call('deleteWebhook', { allowed_updates: '["poll"]' })
    expect(await info()).toMatchObject({ allowed_updates: ['poll'] })
    await call('setWebhook', { url })
    await call('deleteWebhook', { allowed_updates: '["message"]' })
    expect(await info(), 'it had a webhook to take away').toMatchObject({ allowed_updates: ['poll'] })
    await call('deleteWebhook', { allowed_updates: '["message"]', drop_pending_updates: 'true' })
    expect(await info(), 'it had updates to drop').toMatchObject({ allowed_updates: ['poll'] })
  })

  it('stay when the webhook goes', async () => {
    const { call, info } = setup()
    await call('setWebhook', { url, allowed_updates: '["message"]' })
    await call('deleteWebhook')
    expect(await info()).toMatchObject({ url: '', allowed_updates: ['message'] })
  })
})

describe('deleteWebhook', () => {
  it('says whether there was one and may be repeated at once', async () => {
    const { call } = setup()
    await call('setWebhook', { url })
    expect((await call('deleteWebhook')).body).toEqual({ ok: true, result: true, description: 'Webhook was deleted' })
    expect((await call('deleteWebhook')).body.description).toBe('Webhook is already deleted')
    expect((await call('setWebhook', { url: '' })).body.description).toBe('Webhook is already deleted')
  })

  it('keeps updates unless it is told to drop them', async () => {
    const { call, telegram, bot, info } = setup()
    await call('setWebhook', { url })
    telegram.say(bot(), { text: 'hi', chatID: 1 })
    await call('deleteWebhook')
    expect(await info()).toMatchObject({ pending_update_count: 1 })
    await call('deleteWebhook', { drop_pending_updates: 'true' })
    expect(await info()).toMatchObject({ pending_update_count: 0 })
  })
})

describe('the rules', () => {
  it('take a secret token exactly when it is 1 to 256 of A-Z, a-z, 0-9, _ and -', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,256}$/), (good) => problemOfSecretToken(good) === undefined),
    )
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('ä', ' ', '.', '\n', '"', '='), (text, bad) => {
        expect(problemOfSecretToken(text + bad)).toBeDefined()
      }),
    )
  })

  it.each(['1.1.1.1', '100.63.255.255', '172.32.0.1', '203.0.112.1'])('take %s', (address) =>
    expect(problemOfAddress(address, { allowReserved: false })).toBeUndefined(),
  )
})
