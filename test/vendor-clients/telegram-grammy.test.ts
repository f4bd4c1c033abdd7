// grammY, unchanged, against simulated Telegram: its calls, a bot behind a webhook that answers in both ways, one that polls.

import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Bot, InputFile as File, webhookCallback } from 'grammy'
import { Api, GrammyError, HttpError, InputFile } from 'grammy/web'
import { afterEach, describe, expect, it } from 'vitest'
import { token, url } from '../simulators/telegram/bot-api.ts'
import { selfSigned } from './self-signed.ts'
import { serveWorld } from './served-world.ts'
import { say, untilItHears } from './talk.ts'

const closers: (() => PromiseLike<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function setup(as = token) {
  const served = await serveWorld({ seed: 4106, speed: 10 })
  closers.push(() => served[Symbol.asyncDispose]())
  const api = new Api(as, {
    apiRoot: served.telegram,
    fetch: ((input: string, init: RequestInit) => fetch(input, { ...init, duplex: 'half' } as RequestInit)) as never,
  })
  return { served, world: served.world, api }
}

const id = 123456789

async function setupBot() {
  const { served, world } = await setup()
  const bot = new Bot(token, {
    // What begins with "call" is answered by a call, all else in the webhook's answer.
    client: { apiRoot: served.telegram, canUseWebhookReply: (method) => method === 'sendMessage' },
  })
  bot.on('message:text', async (context) => {
    const text = `echo: ${context.message.text}`
    if (context.message.text.startsWith('call')) await bot.api.sendMessage(context.chat.id, text)
    else await context.reply(text)
  })
  const known = () => {
    const found = world.telegram.simulator.registry.get(id)
    if (found === undefined) throw new Error('The bot has not called yet')
    return found
  }
  return { served, world, bot, known }
}

/** An HTTPS server with a certificate of its own making; Telegram is told to send "sesame". */
async function putBehindWebhook(bot: Bot, { ip, secretToken }: { ip: string; secretToken: string }): Promise<void> {
  const { certificate, key } = await selfSigned(await temporaryFolder(), ip)
  const pair = { cert: await readFile(certificate), key: await readFile(key) }
  const server = createServer(pair, webhookCallback(bot, 'https', { secretToken }))
  await once(server.listen(8443, ip), 'listening')
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  await bot.api.setWebhook(`https://${ip}:8443/`, { certificate: new File(certificate), secret_token: 'sesame' })
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'botyard-grammy-'))
  closers.push(() => rm(folder, { recursive: true }))
  return folder
}

describe('grammY', () => {
  it('asks who the bot is', async () => {
    expect(await (await setup()).api.getMe()).toMatchObject({ id: 123456789, username: 'bot_123456789_bot' })
  })

  it('sets a webhook with a certificate, in its own shape of multipart', async () => {
    const { api } = await setup()
    const folder = await temporaryFolder()
    const pem = await readFile((await selfSigned(folder, '127.64.1.1')).certificate, 'utf8')
    await api.setWebhook(url, {
      certificate: new InputFile(new TextEncoder().encode(pem), 'ca.pem'),
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

  it('gives the bot a photo, and takes it away', async () => {
    const { api, world } = await setup()
    const picture = new InputFile(new Uint8Array([0xff, 0xd8, 0xff]), 'picture.jpg')
    expect(await api.setMyProfilePhoto({ type: 'static', photo: picture })).toBe(true)
    const photo = () => world.telegram.simulator.registry.get(id)?.profile.photo
    expect(photo()).toMatchObject({ type: 'static' })
    expect(await api.removeMyProfilePhoto()).toBe(true)
    expect(photo()).toBeUndefined()
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

describe('a bot of grammY', () => {
  it('answers behind a webhook, by call and in the answer', async () => {
    const { served, bot, known } = await setupBot()
    await putBehindWebhook(bot, { ip: '127.60.43.1', secretToken: 'sesame' })
    expect(await say(served, id, 'ünïcode 🤖')).toMatchObject({ via: 'webhook', text: 'echo: ünïcode 🤖' })
    expect(await say(served, id, 'call me')).toMatchObject({ via: 'api', text: 'echo: call me' })
    // The call is heard before the webhook's own answer has come.
    await expect.poll(known, { timeout: 5_000 }).toMatchObject({ queue: [], lastError: undefined })
    await bot.api.deleteWebhook()
  })

  it('refuses what does not carry the secret token, and Telegram says so', async () => {
    const { bot, world, known } = await setupBot()
    await putBehindWebhook(bot, { ip: '127.60.44.1', secretToken: 'another' })
    world.telegram.simulator.say(known(), { text: 'hi', chatID: 7 })
    const wrong = { last_error_message: 'Wrong response from the webhook: 401 Unauthorized', pending_update_count: 1 }
    await expect.poll(() => bot.api.getWebhookInfo(), { timeout: 10_000 }).toMatchObject(wrong)
    expect(known().answers).toEqual([])
  })

  it('polls, and takes every update once', async () => {
    const { served, bot, known } = await setupBot()
    const running = bot.start({ timeout: 2 })
    await untilItHears(served, id)
    for (const text of ['one', 'two', 'call three'])
      expect(await say(served, id, text)).toMatchObject({ via: 'api', text: `echo: ${text}` })
    await bot.stop()
    await running
    expect(known()).toMatchObject({ queue: [], answers: [{}, {}, {}] })
  })

  it('that polls while a webhook is set is told of the conflict', async () => {
    const { bot } = await setupBot()
    await bot.api.setWebhook(url)
    const polled = await bot.api.getUpdates().catch((error: unknown) => error)
    expect(polled).toMatchObject({ error_code: 409, description: expect.stringContaining('while webhook is active') })
  })
})
