// Which tokens Telegram takes, how many new ones, and how a bot leaves.

import { describe, expect, it } from 'vitest'
import { setup, token, url } from './bot-api.ts'

const tokenOf = (id: number, letter = 'A') => `${id}:${letter.repeat(35)}`

describe('a token', () => {
  it.each([
    { malformed: '', status: 404, description: 'Not Found' },
    { malformed: '123', status: 404, description: 'Not Found' },
    { malformed: '123456', status: 404, description: 'Not Found' },
    { malformed: '123456:', status: 404, description: 'Not Found' },
    { malformed: 'not-a-valid-token', status: 404, description: 'Not Found' },
    { malformed: 'x123456:AAAA', status: 404, description: 'Not Found' },
    { malformed: '0000000000:INVALID', status: 401, description: 'Unauthorized: invalid token specified' },
    { malformed: tokenOf(2 ** 54), status: 401, description: 'Unauthorized: invalid token specified' },
    { malformed: `123456:${'A'.repeat(74)}`, status: 401, description: 'Unauthorized: invalid token specified' },
    { malformed: `123456:${'A'.repeat(73)}`, status: 401, description: 'Unauthorized' },
    { malformed: `12345:${'A'.repeat(35)}`, status: 401, description: 'Unauthorized' },
    { malformed: `123456:${'A'.repeat(29)}`, status: 401, description: 'Unauthorized' },
    { malformed: `123456:${'!'.repeat(35)}`, status: 401, description: 'Unauthorized' },
  ])('that cannot be one is refused: $malformed', async ({ malformed, status, description }) => {
    const { body } = await setup().call('getMe', {}, malformed)
    expect(body).toEqual({ ok: false, error_code: status, description })
  })

  it('makes a bot when it is first used', async () => {
    const { call } = setup()
    expect((await call('getMe')).body).toEqual({
      ok: true,
      result: {
        id: 123456789,
        is_bot: true,
        first_name: 'Bot 123456789',
        username: 'bot_123456789_bot',
        can_join_groups: true,
        can_read_all_group_messages: false,
        supports_inline_queries: false,
        supports_guest_queries: false,
        supports_join_request_queries: false,
        can_connect_to_business: false,
        has_main_web_app: false,
        has_topics_enabled: false,
        allows_users_to_create_topics: false,
        can_manage_bots: false,
      },
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

  it('of the real environment is unauthorized in the one for tests', async () => {
    const { call } = setup()
    expect(await call('test/getMe')).toMatchObject({ status: 401, body: { description: 'Unauthorized' } })
  })
})

describe('new tokens', () => {
  it('are 20 at once, then one more every three seconds', async () => {
    const { call, clock } = setup()
    const use = async (id: number) => await call('getMe', {}, tokenOf(id))
    for (let id = 1; id <= 20; id++) expect((await use(1_000_000 + id)).status).toBe(200)
    expect(await use(2_000_000)).toMatchObject({
      status: 429,
      retryAfterHeader: '4',
      body: { description: 'Too Many Requests: retry after 4', parameters: { retry_after: 4 } },
    })
    expect((await use(1_000_001)).status, 'one that is known').toBe(200)
    await clock.advance(3_000)
    expect((await use(2_000_000)).status).toBe(200)
    expect((await use(2_000_001)).status).toBe(429)
  })

  it('are 600 at most before the hourly bucket decides, which refills one in six seconds', async () => {
    const { call, clock } = setup()
    let taken = 0
    let last = 0
    while (last === 0) {
      const answer = await call('getMe', {}, tokenOf(1_000_000 + taken))
      if (answer.status === 200) taken += 1
      const wait = answer.body.parameters?.retry_after ?? 0
      if (wait > 4) last = wait
      else if (wait > 0) await clock.advance(3_000)
    }
    // One in three seconds goes in, one in six comes back: 20 + n tokens of 600 + n / 2.
    expect(taken).toBeGreaterThanOrEqual(1_175)
    expect(taken).toBeLessThanOrEqual(1_185)
    expect(last).toBeLessThanOrEqual(7)
  })

  it('count though they are wrong', async () => {
    const { call } = setup()
    await call('getMe')
    const wrong = [...'BCDEFGHIJKLMNOPQRSTUV'].map((letter) => tokenOf(123456789, letter))
    const statuses = []
    for (const one of wrong) statuses.push((await call('getMe', {}, one)).status)
    expect(statuses).toEqual([...Array(19).fill(401), 429, 429])
  })

  it('are any number when the throttle is off', async () => {
    const { call } = setup({ options: { newBotThrottle: false } })
    const statuses = new Set<number>()
    for (let id = 1; id <= 700; id++) statuses.add((await call('getMe', {}, tokenOf(1_000_000 + id))).status)
    expect([...statuses]).toEqual([200])
  })
})

describe('a bot that logs out', () => {
  it('is away for ten minutes, and has nothing of what it had when it comes back', async () => {
    const { call, telegram, bot, clock, info } = setup()
    await call('setWebhook', { url })
    telegram.say(bot(), { text: 'hi', chatID: 1 })
    expect((await call('logOut')).body).toEqual({ ok: true, result: true })
    for (const method of ['getMe', 'setWebhook', 'logOut', 'close', 'nonsense']) {
      expect((await call(method, { url })).body, method).toEqual({
        ok: false,
        error_code: 400,
        description: 'Logged out',
      })
    }
    await clock.advance(599_999)
    expect((await call('getMe')).status).toBe(400)
    await clock.advance(1)
    expect(await info()).toEqual({ url: '', has_custom_certificate: false, pending_update_count: 0 })
  })
})

describe('a getUpdates that waits', () => {
  it.each(['logOut', 'revocation'])('ends with a %s', async (end) => {
    const { call, telegram, clock } = setup()
    await call('getMe')
    const poll = call('getUpdates', { timeout: '50' })
    await clock.advance(1_000)
    if (end === 'logOut') await call('logOut')
    else telegram.registry.revoke(123456789)
    expect((await poll).body.result).toEqual([])
    expect(clock.pending).toBe(0)
  })
})

describe('a bot that closes', () => {
  it('may do so ten minutes after its launch, keeps its webhook, and is launched by its next call', async () => {
    const { call, clock, info } = setup()
    await call('setWebhook', { url })
    await clock.advance(60_000)
    expect(await call('close')).toMatchObject({
      status: 429,
      retryAfterHeader: '540',
      body: { description: 'Too Many Requests: retry after 540' },
    })
    await clock.advance(540_000)
    expect((await call('close')).body).toEqual({ ok: true, result: true })
    expect((await call('close')).body).toEqual({
      ok: false,
      error_code: 400,
      description: 'Bad Request: the bot has already been closed',
    })
    expect(await info()).toMatchObject({ url })
    expect((await call('close')).status).toBe(429)
  })

  it('counts as a new one afterwards', async () => {
    const { call, clock } = setup()
    await call('getMe')
    await clock.advance(600_000)
    await call('close')
    for (let id = 1; id <= 20; id++) await call('getMe', {}, tokenOf(1_000_000 + id))
    expect((await call('getMe', {}, token)).status).toBe(429)
  })
})
