// getUpdates: what is given, what is confirmed, who has to wait, and who ends whom.

import { describe, expect, it } from 'vitest'
import { setup, url } from './bot-api.ts'

const first = 100_000_001

async function setupPolling() {
  const api = setup()
  await api.call('getMe')
  const say = (text: string, chatID = 1) => api.telegram.say(api.bot(), { text, chatID })
  const textsOf = (result: unknown) => (result as { message: { text: string } }[]).map((one) => one.message.text)
  const texts = async (parameters: Record<string, string> = {}) => {
    await api.clock.advance(3_000)
    return textsOf((await api.call('getUpdates', parameters)).body.result)
  }
  return { ...api, say, texts, textsOf }
}

describe('getUpdates', () => {
  it('gives updates until they are confirmed', async () => {
    const { say, texts, info } = await setupPolling()
    for (const text of ['one', 'two', 'three']) say(text)
    expect(await texts()).toEqual(['one', 'two', 'three'])
    expect(await texts({ limit: '1' })).toEqual(['one'])
    expect(await texts({ offset: String(first + 1) })).toEqual(['two', 'three'])
    expect(await info()).toMatchObject({ pending_update_count: 2 })
    expect(await texts({ offset: String(first + 3), timeout: '0' })).toEqual([])
    expect(await info()).toMatchObject({ pending_update_count: 0 })
  })

  it.each([
    { offset: '-1', left: ['three'] },
    { offset: '-2', left: ['two', 'three'] },
    { offset: '-9', left: ['one', 'two', 'three'] },
    { offset: '0', left: ['one', 'two', 'three'] },
    { offset: '1', left: ['one', 'two', 'three'] },
    { offset: 'x', left: ['one', 'two', 'three'] },
    { offset: String(first + 200), left: ['one', 'two', 'three'] },
  ])('with offset $offset leaves $left', async ({ offset, left }) => {
    const { say, texts } = await setupPolling()
    for (const text of ['one', 'two', 'three']) say(text)
    expect(await texts({ offset })).toEqual(left)
    expect(await texts()).toEqual(left)
  })

  it.each([
    { limit: '0', given: 1 },
    { limit: '-1', given: 1 },
    { limit: '2', given: 2 },
    { limit: '101', given: 100 },
    { limit: '', given: 100 },
  ])('with limit "$limit" gives $given', async ({ limit, given }) => {
    const { say, texts } = await setupPolling()
    for (let n = 0; n < 120; n++) say(String(n))
    expect(await texts({ limit })).toHaveLength(given)
  })

  it('waits for an update as long as it is told', async () => {
    const { call, clock, say, textsOf } = await setupPolling()
    const poll = call('getUpdates', { timeout: '10' })
    await clock.advance(5_000)
    say('late')
    expect(textsOf((await poll).body.result)).toEqual(['late'])
    const empty = call('getUpdates', { timeout: '10', offset: String(first + 1) })
    await clock.advance(10_000)
    expect((await empty).body.result).toEqual([])
  })

  it('waits 50 s at most', async () => {
    const { call, clock } = await setupPolling()
    const poll = call('getUpdates', { timeout: '3600' })
    await clock.advance(50_000)
    expect((await poll).body.result).toEqual([])
  })

  it('asked for the same again within 3 s waits 3 s, and gives one at a time within half a second', async () => {
    const { call, clock, say, textsOf } = await setupPolling()
    expect((await call('getUpdates', { offset: '5' })).body.result).toEqual([])
    const again = call('getUpdates', { offset: '5' })
    await clock.advance(2_999)
    say('one')
    say('two')
    expect(textsOf((await again).body.result)).toEqual(['one'])
    await clock.advance(500)
    expect(textsOf((await call('getUpdates', { offset: '5' })).body.result)).toEqual(['one', 'two'])
  })

  it('sees what it asks for from then on', async () => {
    const { say, texts, info } = await setupPolling()
    say('before')
    await texts({ allowed_updates: '["poll"]' })
    expect(say('after')).toBeUndefined()
    expect(await texts()).toEqual(['before'])
    expect(await info()).toMatchObject({ allowed_updates: ['poll'] })
  })

  it('is a conflict while a webhook is set', async () => {
    const { call } = setup()
    await call('setWebhook', { url })
    expect((await call('getUpdates')).body).toEqual({
      ok: false,
      error_code: 409,
      description:
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    })
  })

  it.each([
    {
      by: 'another one that waits',
      act: 'getUpdates',
      parameters: { timeout: '1' },
      text: 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    },
    { by: 'setWebhook', act: 'setWebhook', parameters: { url }, text: 'Conflict: terminated by setWebhook request' },
  ])('that waits is ended by $by', async ({ act, parameters, text }) => {
    const { call, clock } = await setupPolling()
    const poll = call('getUpdates', { timeout: '50' })
    await clock.advance(1_000)
    const other = call(act, parameters)
    await clock.advance(3_000)
    expect((await poll).body).toEqual({ ok: false, error_code: 409, description: text })
    expect((await other).status).toBe(200)
  })

  it('that waits is not ended by one that does not, nor by a deleteWebhook', async () => {
    const { call, clock, say, textsOf } = await setupPolling()
    const poll = call('getUpdates', { timeout: '50' })
    await clock.advance(1_000)
    expect((await call('getUpdates', { offset: '7' })).body.result).toEqual([])
    await call('deleteWebhook')
    say('hi')
    expect(textsOf((await poll).body.result)).toEqual(['hi'])
  })

  it('tells one conflict at once and holds the next ones back for 3 s', async () => {
    const { call, clock } = setup()
    await call('setWebhook', { url })
    const at: number[] = []
    const poll = async () => {
      await call('getUpdates')
      at.push(clock.monotonic())
    }
    await poll()
    const others = [poll(), poll()]
    await clock.advance(3_000)
    await Promise.all(others)
    expect(at).toEqual([0, 3_000, 3_000])
    await poll()
    expect(at.at(-1)).toBe(3_000)
  })
})
