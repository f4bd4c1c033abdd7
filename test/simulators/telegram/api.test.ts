// The Bot API around the webhook: tokens, ways to pass parameters, methods, getUpdates.

import { describe, expect, it } from 'vitest'
import { setup, token, url } from './bot-api.ts'

const tokenOf = (id: number, letter = 'A') => `${id}:${letter.repeat(35)}`

describe('a token', () => {
  it.each([
    '123',
    `0123456:${'A'.repeat(35)}`,
    `12345:${'A'.repeat(35)}`,
    `123456:${'A'.repeat(29)}`,
    `123456:${'!'.repeat(35)}`,
  ])('that cannot be one is not found: %s', async (malformed) => {
    const { call } = setup()
    expect(await call('getMe', {}, malformed)).toMatchObject({ status: 404, body: { description: 'Not Found' } })
  })

  it('makes a bot when it is first used', async () => {
    const { call } = setup()
    expect((await call('getMe')).body.result).toMatchObject({
      id: 123456789,
      is_bot: true,
      username: 'bot_123456789_bot',
    })
  })

  it('that differs from the one the bot has is unauthorized', async () => {
    const { call } = setup()
    await call('getMe')
    const answer = await call('getMe', {}, `123456789:${'B'.repeat(35)}`)
    expect(answer).toMatchObject({ status: 401, body: { error_code: 401, description: 'Unauthorized' } })
    expect((await call('getMe')).status).toBe(200)
  })

  it('that was revoked is unauthorized, its webhook is gone, and a new one starts clean', async () => {
    const { call, telegram } = setup()
    await call('setWebhook', { url })
    telegram.registry.revoke(123456789)
    expect((await call('getWebhookInfo')).status).toBe(401)
    const issued = `123456789:${'B'.repeat(35)}`
    telegram.registry.issue(issued)
    expect((await call('getMe')).status).toBe(401)
    expect((await call('getWebhookInfo', {}, issued)).body.result).toMatchObject({ url: '' })
  })

  it('is one of at most 20 new ones a minute', async () => {
    const { call, clock } = setup()
    for (let id = 1; id <= 20; id++) expect((await call('getMe', {}, tokenOf(1_000_000 + id))).status).toBe(200)
    const refused = await call('getMe', {}, tokenOf(2_000_000))
    expect(refused).toMatchObject({ status: 429, retryAfterHeader: '61', body: { parameters: { retry_after: 61 } } })
    expect((await call('getMe', {}, tokenOf(1_000_001))).status).toBe(200)
    await clock.advance(60_001)
    expect((await call('getMe', {}, tokenOf(2_000_000))).status).toBe(200)
  })

  it('is one of any number when the throttle is off', async () => {
    const { call } = setup({ options: { newBotThrottle: false } })
    const statuses = new Set<number>()
    for (let id = 1; id <= 700; id++) statuses.add((await call('getMe', {}, tokenOf(1_000_000 + id))).status)
    expect([...statuses]).toEqual([200])
  })
})

describe('a call', () => {
  const text = 'grüße & mehr'
  it.each<{ how: string; path?: string; init: RequestInit }>([
    { how: 'the query', path: `sendMessage?chat_id=7&text=${encodeURIComponent(text)}`, init: {} },
    { how: 'a form', init: { method: 'POST', body: new URLSearchParams({ chat_id: '7', text }) } },
    {
      how: 'JSON',
      init: {
        method: 'POST',
        body: JSON.stringify({ chat_id: 7, text }),
        headers: { 'content-type': 'application/json' },
      },
    },
    {
      how: 'multipart',
      init: {
        method: 'POST',
        body: `--b\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n7\r\n--b\r\ncontent-disposition:form-data;name="text"\r\n\r\n${text}\r\n--b--\r\n`,
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
      },
    },
  ])('takes parameters from $how', async ({ path = 'sendMessage', init }) => {
    const { send, bot } = setup()
    const { body } = await send(path, init)
    expect(body).toMatchObject({ ok: true, result: { text, chat: { id: 7 } } })
    expect(bot().answers).toEqual([expect.objectContaining({ via: 'api', chatID: '7', text })])
  })

  it('names its method in any letter case', async () => {
    const { send } = setup()
    expect((await send('GETME')).body.ok).toBe(true)
    expect((await send('getme')).body.ok).toBe(true)
  })

  it.each([
    ['nothing', 'Not Found: method not found'],
    ['logOut', 'Not Found: method not found'],
  ])('of an unknown method %s is not found', async (method, description) => {
    expect(await setup().call(method)).toMatchObject({ status: 404, body: { description } })
  })

  it('of a path that is none of the Bot API is not found', async () => {
    const { telegram } = setup()
    for (const path of ['/', '/x', `/bot${token}`]) {
      expect((await telegram.fetch(new Request(`http://localhost${path}`))).status).toBe(404)
    }
  })

  it.each([
    [{ method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }],
    [{ method: 'POST', body: 'x', headers: { 'content-type': 'multipart/form-data' } }],
  ])('with a body that does not parse is refused', async (init) => {
    expect((await setup().send('sendMessage', init)).status).toBe(400)
  })

  it.each([
    { parameters: { text: 'x' }, description: 'Bad Request: chat_id is empty' },
    { parameters: { chat_id: '1' }, description: 'Bad Request: message text is empty' },
    { parameters: { chat_id: '1', text: 'x'.repeat(4097) }, description: 'Bad Request: message is too long' },
  ])('of sendMessage says $description', async ({ parameters, description }) => {
    expect(await setup().call('sendMessage', parameters)).toMatchObject({ status: 400, body: { description } })
  })
})

describe('getUpdates', () => {
  it('is a conflict while a webhook is set', async () => {
    const { call } = setup()
    await call('setWebhook', { url })
    expect(await call('getUpdates')).toMatchObject({
      status: 409,
      body: { description: expect.stringContaining("can't use getUpdates method while webhook is active") },
    })
  })

  it('gives updates until they are confirmed', async () => {
    const { call, telegram, bot } = setup()
    await call('getMe')
    for (const text of ['one', 'two', 'three']) telegram.say(bot(), { text, chatID: 1 })
    const texts = async (parameters: Record<string, string>) =>
      ((await call('getUpdates', parameters)).body.result as { message: { text: string } }[]).map(
        (one) => one.message.text,
      )
    expect(await texts({})).toEqual(['one', 'two', 'three'])
    expect(await texts({ limit: '1' })).toEqual(['one'])
    expect(await texts({ offset: '100000002' })).toEqual(['two', 'three'])
    expect(await texts({ offset: '-1' })).toEqual(['three'])
  })

  it('waits for an update as long as it is told', async () => {
    const { call, clock, telegram, bot } = setup()
    await call('getMe')
    const poll = call('getUpdates', { timeout: '10' })
    await clock.advance(5_000)
    telegram.say(bot(), { text: 'late', chatID: 1 })
    await clock.advance(1_000)
    expect((await poll).body.result).toHaveLength(1)
    const empty = call('getUpdates', { timeout: '10', offset: '200000000' })
    await clock.advance(11_000)
    expect((await empty).body.result).toEqual([])
  })

  it.each([
    { by: 'another one', act: 'getUpdates', parameters: {}, text: 'terminated by other getUpdates request' },
    { by: 'setWebhook', act: 'setWebhook', parameters: { url }, text: 'terminated by setWebhook request' },
  ])('that waits is ended by $by', async ({ act, parameters, text }) => {
    const { call, clock } = setup()
    await call('getMe')
    const poll = call('getUpdates', { timeout: '50' })
    await clock.advance(1_000)
    const other = call(act, { timeout: '1', ...parameters })
    await clock.advance(2_000)
    expect(await poll).toMatchObject({ status: 409, body: { description: expect.stringContaining(text) } })
    expect((await other).status).toBe(200)
  })
})
