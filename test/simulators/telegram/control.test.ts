// What a person may do to simulated Telegram over HTTP.

import { describe, expect, it } from 'vitest'
import { createWorld } from '../../../simulators/world.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { token } from './bot-api.ts'

function setup() {
  const { telegram } = createWorld({ clock: fakeClock() })
  async function send(path: string, body?: unknown) {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const headers = { 'content-type': 'application/json' }
    const response = await telegram.fetch(new Request(`http://localhost${path}`, { ...init, headers }))
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const call = (method: string, body: unknown = {}) => send(`/bot${token}/${method}`, body)
  const happens = (update: unknown) => send('/_simulator/updates', update)
  return { call, happens }
}

const bot = 123456789

describe('an update of another kind', () => {
  it('reaches the bot as it was given, when the bot wants that kind', async () => {
    const { call, happens } = setup()
    await call('getMe')
    const content = { id: '1', from: { id: 7 }, data: 'x' }
    expect((await happens({ bot, kind: 'callback_query', content })).body).toEqual({ updateID: 100000001 })
    expect((await happens({ bot, kind: 'chat_member' })).body).toEqual({ updateID: null })
    expect((await call('getUpdates')).body['result']).toEqual([{ update_id: 100000001, callback_query: content }])
  })

  it.each([
    { update: { bot, kind: 'nonsense' }, status: 400, error: /^kind must be one of message, / },
    { update: { bot }, status: 400, error: /^kind must be one of/ },
    { update: { bot, kind: 'poll', content: [] }, status: 400, error: /^content must be a JSON object$/ },
    { update: { bot: 5, kind: 'poll' }, status: 404, error: /^No bot has the id 5/ },
  ])('$update is refused', async ({ update, status, error }) => {
    const { call, happens } = setup()
    await call('getMe')
    expect(await happens(update)).toEqual({ status, body: { error: expect.stringMatching(error) } })
  })
})
