// grammY, unchanged, as a client of the simulator over HTTP.

import { Api, GrammyError, HttpError, InputFile } from 'grammy/web'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../simulators/kit/clock.ts'
import { serve } from '../../../simulators/kit/serve.ts'
import { createWorld } from '../../../simulators/world.ts'
import { createAuthority } from '../certificates.ts'
import { token, url } from './bot-api.ts'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function setup(as = token) {
  const world = createWorld({ clock: systemClock({ speed: 10 }) })
  const serving = await serve(world.telegram.fetch)
  closers.push(world.stop, serving.close)
  const api = new Api(as, {
    apiRoot: serving.url,
    fetch: ((input: string, init: RequestInit) => fetch(input, { ...init, duplex: 'half' } as RequestInit)) as never,
  })
  return { world, api }
}

describe('grammY', () => {
  it('asks who the bot is', async () => {
    expect(await (await setup()).api.getMe()).toMatchObject({ id: 123456789, username: 'bot_123456789_bot' })
  })

  it('sets a webhook with a certificate, in its own shape of multipart', async () => {
    const { api } = await setup()
    const { certificate } = await createAuthority()
    await api.setWebhook(url, {
      certificate: new InputFile(new TextEncoder().encode(certificate), 'ca.pem'),
      ip_address: '127.64.1.1',
      max_connections: 40,
      allowed_updates: ['message', 'chat_member'],
      secret_token: 'sesame',
    })
    expect(await api.getWebhookInfo()).toEqual({
      url,
      has_custom_certificate: true,
      pending_update_count: 0,
      ip_address: '127.64.1.1',
      max_connections: 40,
      allowed_updates: ['message', 'chat_member'],
    })
    expect(await api.deleteWebhook()).toBe(true)
    expect((await api.getWebhookInfo()).url).toBe('')
  })

  it('understands refusals', async () => {
    const { api } = await setup()
    await api.setWebhook(url)
    const tooMany = await api.setWebhook(`${url}2`).catch((error: unknown) => error)
    expect(tooMany).toBeInstanceOf(GrammyError)
    expect(tooMany).toMatchObject({ error_code: 429, parameters: { retry_after: 1 } })
    const conflict = await api.getUpdates().catch((error: unknown) => error)
    expect(conflict).toMatchObject({ error_code: 409 })
  })

  it.each([
    { fault: { kind: 'status' as const, status: 502 }, what: 'a page of HTML' },
    { fault: { kind: 'wrongBody' as const, body: '' }, what: 'nothing' },
    { fault: { kind: 'after' as const }, what: 'a dropped connection' },
  ])('gets $what as a network error', async ({ fault }) => {
    const { world, api } = await setup()
    world.telegram.faults.add({ route: 'ANY /bot*/getMe', ...fault })
    expect(await api.getMe().catch((error: unknown) => error)).toBeInstanceOf(HttpError)
  })

  it('with a wrong token is unauthorized', async () => {
    const { world, api } = await setup(`123456789:${'B'.repeat(35)}`)
    world.telegram.simulator.registry.issue(token)
    expect(await api.getMe().catch((error: unknown) => error)).toMatchObject({ error_code: 401 })
  })
})
