// Delivery: when updates are tried, in which order, what is kept of failures, and what a webhook's answer does.

import { describe, expect, it } from 'vitest'
import type { Attempt, PostUpdate } from '../../../simulators/telegram/post-update.ts'
import { setup as setupApi, url } from './bot-api.ts'

interface Sent {
  atSeconds: number
  text: string
  updateID: number
  answer(attempt: Attempt): void
}

const ok = (body = ''): Attempt => ({ kind: 'ok', contentType: 'application/json', body })
const refused = (more: Partial<Attempt & { kind: 'failed' }> = {}): Attempt => ({
  kind: 'failed',
  message: 'Connection refused',
  retryAfter: 0,
  ...more,
})

/** Attempts wait in `sent` until they are answered, or are answered by `reply` at once. */
async function setup({ reply, webhook = {} }: { reply?: () => Attempt; webhook?: Record<string, string> } = {}) {
  const sent: Sent[] = []
  const post: PostUpdate = (_, body, { clock, signal }) =>
    new Promise((resolve) => {
      const { update_id: updateID, message } = JSON.parse(body) as { update_id: number; message: { text: string } }
      sent.push({ atSeconds: clock.monotonic() / 1_000, text: message.text, updateID, answer: resolve })
      signal.addEventListener('abort', () => resolve(refused()))
      if (reply !== undefined) resolve(reply())
    })
  const api = setupApi({ post })
  await api.call('setWebhook', { url, ...webhook })
  const say = (text: string, chatID = 1) => api.telegram.say(api.bot(), { text, chatID })
  const settle = () => api.clock.advance(0)
  /** The webhook takes an update, and is trusted from now on; that one is not remembered. */
  const begin = async () => {
    say('first', 99)
    sent.pop()?.answer(ok())
    await settle()
  }
  return { ...api, sent, say, settle, begin }
}

const times = (sent: readonly Sent[]) => sent.map(({ atSeconds }) => atSeconds)

describe('an update that is refused', () => {
  it('is tried again at once, then after doubled waits up to 90 s of a random 60 to 120 s', async () => {
    const { clock, say, sent, info } = await setup({ reply: () => refused() })
    say('hi')
    await clock.advance(600_000)
    expect(times(sent).slice(0, 11)).toEqual([0, 0, 2, 6, 14, 30, 62, 126, 216, 306, 396])
    expect(await info()).toMatchObject({
      pending_update_count: 1,
      last_error_message: 'Connection refused',
      last_error_date: Math.floor(clock.now() / 1_000) - (600 - 576),
    })
  })

  it.each([
    { asked: 30, wanted: 30 },
    { asked: 7_200, wanted: 3_600 },
  ])('waits $wanted s when the server asks for $asked s', async ({ asked, wanted }) => {
    const replies = [refused({ status: 429, retryAfter: asked }), ok()]
    const { clock, say, sent } = await setup({ reply: () => replies.shift() ?? ok() })
    say('hi')
    await clock.advance(4_000_000)
    expect(times(sent)).toEqual([0, wanted])
  })

  it('leaves its error behind when a later try succeeds, until the webhook is set anew', async () => {
    const replies = [refused({ message: 'Wrong response from the webhook: 500 Internal Server Error' })]
    const { clock, say, info, call } = await setup({ reply: () => replies.shift() ?? ok() })
    say('hi')
    await clock.advance(10_000)
    const error = { last_error_message: 'Wrong response from the webhook: 500 Internal Server Error' }
    expect(await info()).toMatchObject({ pending_update_count: 0, ...error })
    await call('setWebhook', { url })
    expect(await info(), 'the shortcut touches nothing').toMatchObject(error)
    await clock.advance(1_000)
    await call('setWebhook', { url, max_connections: '3' })
    expect(await info()).not.toHaveProperty('last_error_message')
    expect(await info()).not.toHaveProperty('last_error_date')
  })

  it('leaves no error behind when the webhook is removed', async () => {
    const { clock, say, info, call } = await setup({ reply: () => refused() })
    say('hi')
    await clock.advance(1_000)
    await call('deleteWebhook')
    expect(await info()).toEqual({ url: '', has_custom_certificate: false, pending_update_count: 1 })
  })

  it('is dropped after a day', async () => {
    const { clock, say, info } = await setup({ reply: () => refused() })
    say('hi')
    await clock.advance(23 * 3_600_000)
    expect(await info()).toMatchObject({ pending_update_count: 1 })
    await clock.advance(3_660_000)
    expect(await info()).toMatchObject({ pending_update_count: 0 })
  })

  it('takes the webhook away when the server has said "gone" for 23 hours', async () => {
    const { clock, say, info } = await setup({ reply: () => refused({ status: 410 }) })
    say('hi')
    await clock.advance(22 * 3_600_000)
    expect(await info()).toMatchObject({ url })
    await clock.advance(2 * 3_600_000)
    expect(await info()).toMatchObject({ url: '' })
  })
})

describe('updates', () => {
  it('of one chat go one after the other, those of other chats beside them', async () => {
    const { say, sent, settle, begin } = await setup()
    await begin()
    say('a1', 1)
    say('a2', 1)
    say('b1', 2)
    expect(sent.map(({ text }) => text)).toEqual(['a1', 'b1'])
    sent[0]?.answer(ok())
    await settle()
    expect(sent.map(({ text }) => text)).toEqual(['a1', 'b1', 'a2'])
  })

  it('go over at most as many connections as the webhook allows', async () => {
    const { say, sent, settle, begin } = await setup({ webhook: { max_connections: '2' } })
    await begin()
    for (let chat = 1; chat <= 5; chat++) say(`from ${chat}`, chat)
    expect(sent.length).toBe(2)
    sent[1]?.answer(ok())
    await settle()
    expect(sent.length).toBe(3)
  })

  it('go over one connection until the webhook has taken one', async () => {
    const { say, sent, settle } = await setup()
    for (let chat = 1; chat <= 5; chat++) say(`from ${chat}`, chat)
    expect(sent.length).toBe(1)
    for (let count = 1; count <= 5; count++) {
      sent.at(-1)?.answer(refused())
      await settle()
      expect(sent.length).toBe(count + 1)
    }
    sent.at(-1)?.answer(ok())
    await settle()
    const waiting = new Set(sent.slice(6).map(({ text }) => text))
    expect([sent.length, waiting.size]).toEqual([8, 2])
  })

  it.each([
    { after: 10_000, connections: 5 },
    { after: 10_001, connections: 1 },
  ])('go over $connections when the last was taken $after ms ago', async ({ after, connections }) => {
    const { say, sent, clock, begin } = await setup()
    await begin()
    await clock.advance(after)
    for (let chat = 1; chat <= 5; chat++) say(`from ${chat}`, chat)
    expect(sent.length).toBe(connections)
  })

  it('go over one connection to the next webhook, whatever the last one took', async () => {
    const { call, say, sent, clock, begin } = await setup()
    await begin()
    await clock.advance(1_000)
    await call('setWebhook', { url: `${url}2` })
    for (let chat = 1; chat <= 5; chat++) say(`from ${chat}`, chat)
    expect(sent.length).toBe(1)
  })

  it('that nobody allowed are not made', async () => {
    const { call, clock, say, info } = await setup()
    await clock.advance(1_000)
    await call('setWebhook', { url, allowed_updates: '["callback_query"]' })
    expect(say('hi')).toBeUndefined()
    expect(await info()).toMatchObject({ pending_update_count: 0 })
  })

  it('that wait go to the next webhook, and the answer of the last one no longer counts', async () => {
    const { call, clock, say, sent, settle, info } = await setup()
    say('hi')
    await clock.advance(1_000)
    await call('setWebhook', { url: `${url}2` })
    expect(sent.length).toBe(2)
    sent[0]?.answer(ok())
    await settle()
    expect(await info()).toMatchObject({ pending_update_count: 1 })
    expect(await info()).not.toHaveProperty('last_error_message')
    sent[1]?.answer(ok())
    await settle()
    expect(await info()).toMatchObject({ pending_update_count: 0 })
  })

  it('that wait are dropped when setWebhook says so', async () => {
    const { call, clock, say, info } = await setup()
    say('hi')
    await clock.advance(1_000)
    await call('setWebhook', { url, drop_pending_updates: 'true' })
    expect(await info()).toMatchObject({ pending_update_count: 0, url })
  })

  it('are no longer tried when the simulator stops', async () => {
    const { clock, say, sent, telegram } = await setup({ reply: () => refused() })
    say('hi')
    await clock.advance(10_000)
    const before = sent.length
    telegram.stop()
    await clock.advance(600_000)
    expect(sent.length).toBe(before)
    expect(clock.pending).toBe(0)
  })
})

describe('a host name', () => {
  const named = { url: 'https://bot.example.com/' }

  async function setupNamed(answers: (string | Error)[]) {
    const sentTo: string[] = []
    const api = setupApi({
      options: {},
      resolve: async () => {
        const answer = answers.length > 1 ? answers.shift() : answers[0]
        if (typeof answer !== 'string') throw answer
        return answer
      },
      post: async ({ ipAddress }) => {
        sentTo.push(ipAddress)
        return ok()
      },
    })
    await api.call('setWebhook', named)
    const ip = async () => (await api.info())['ip_address']
    return { ...api, sentTo, ip }
  }

  it('is looked up again after 30 to 33 minutes, and updates follow it', async () => {
    const { clock, telegram, bot, sentTo, ip } = await setupNamed(['1.1.1.1', '1.1.1.2', '1.1.1.3'])
    await clock.advance(31 * 60_000)
    expect(await ip()).toBe('1.1.1.1')
    await clock.advance(60_000)
    expect(await ip()).toBe('1.1.1.2')
    telegram.say(bot(), { text: 'hi', chatID: 1 })
    expect(sentTo).toEqual(['1.1.1.2'])
    await clock.advance(32 * 60_000)
    expect(await ip()).toBe('1.1.1.3')
    telegram.stop()
    expect(clock.pending).toBe(0)
  })

  it.each([
    { what: 'no address', answer: new Error('ENOTFOUND') },
    { what: 'a reserved one', answer: '10.0.0.1' },
    { what: 'one of IPv6', answer: '2a01:4f8::1' },
  ])('that leads to $what keeps its last good one', async ({ answer }) => {
    const { clock, ip } = await setupNamed(['1.1.1.1', answer, '1.1.1.4'])
    await clock.advance(32 * 60_000)
    expect(await ip()).toBe('1.1.1.1')
    await clock.advance(32 * 60_000)
    expect(await ip()).toBe('1.1.1.4')
  })

  it('is no longer looked up when the webhook is gone', async () => {
    const { call, clock } = await setupNamed(['1.1.1.1'])
    await call('deleteWebhook')
    expect(clock.pending).toBe(0)
  })

  it('is looked up once more at most when the token is revoked', async () => {
    const { telegram, clock } = await setupNamed(['1.1.1.1'])
    telegram.registry.revoke(123456789)
    await clock.advance(33 * 60_000)
    expect(clock.pending).toBe(0)
  })
})

const multipart = (texts: Record<string, string>): string =>
  `${Object.entries(texts)
    .map(([name, value]) => `--cut\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join('')}--cut--\r\n`

describe("a webhook's answer", () => {
  it.each([
    { contentType: 'application/json', body: '{"method":"sendMessage","chat_id":1,"text":"hello"}' },
    { contentType: 'application/x-www-form-urlencoded', body: 'method=sendMessage&chat_id=1&text=hello' },
    {
      contentType: 'multipart/form-data; boundary=cut',
      body: multipart({ method: 'sendMessage', chat_id: '1', text: 'hello' }),
    },
  ])('may hold one method ($contentType)', async ({ contentType, body }) => {
    const { say, settle, bot } = await setup({ reply: () => ({ kind: 'ok', contentType, body }) })
    const update = say('hi')
    await settle()
    expect(bot().answers).toEqual([
      { at: expect.any(String), via: 'webhook', updateID: update?.id, chatID: '1', text: 'hello' },
    ])
  })

  it('is read up to its mistake, names its method in any letter case, and may change the profile', async () => {
    const body = '{"method":"SETMYNAME","name":"Echo",'
    const { say, settle, call } = await setup({ reply: () => ok(body) })
    say('hi')
    await settle()
    expect((await call('getMyName')).body.result).toEqual({ name: 'Echo' })
  })

  it('of another type is passed over', async () => {
    const body = 'method=sendMessage&chat_id=1&text=hello'
    const { say, settle, bot } = await setup({ reply: () => ({ kind: 'ok', contentType: 'text/plain', body }) })
    say('hi')
    await settle()
    expect(bot().answers).toEqual([])
  })

  it.each([
    '{"method":"deleteWebhook"}',
    '{"method":"setWebhook","url":""}',
    '{"method":"DELETEWEBHOOK"}',
    '{"method":"logOut"}',
    '{"method":"close"}',
    '{"method":"getUpdates","offset":-1}',
    '{"method":"nonsense"}',
    '{"method":"sendMessage"}',
    '{',
    '[]',
    'null',
  ])('that holds %s changes nothing', async (body) => {
    const { say, settle, bot, info } = await setup({ reply: () => ok(body) })
    say('hi')
    await settle()
    expect(bot().answers).toEqual([])
    expect(await info()).toMatchObject({ url, pending_update_count: 0 })
  })
})
