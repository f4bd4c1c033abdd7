// python-telegram-bot and aiogram, unchanged, against simulated Telegram: bots that answer, and how they read refusals.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { preparePython } from '../../scripts/vendor-clients/python.ts'
import { describeClient } from './describe-client.ts'
import { factsOf } from './run-client.ts'
import { selfSigned } from './self-signed.ts'
import { type ServedWorld, serveWorld } from './served-world.ts'
import { say, untilItHears } from './talk.ts'

const python = await preparePython()
/** The time limits of deliveries shrink with it, and Python takes its time. */
const speed = 5

let served: ServedWorld
let folder: string
beforeAll(async () => {
  served = await serveWorld({ seed: 4105, speed })
  folder = await mkdtemp(path.join(tmpdir(), 'botyard-bots-'))
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const tokenOf = (id: number): string => `${id}:${'A'.repeat(35)}`

function run(script: string, { args = [], env }: { args?: string[]; env: Record<string, string> }) {
  return factsOf({
    ...{ program: python.ready ?? '', args: [path.join(import.meta.dirname, script), ...args], patience: 110_000 },
    env: { API_ROOT: served.telegram, ONE_SECOND: String(1.1 / speed), ...env },
  })
}

const runPTB = (chapter: string, id: number, env: Record<string, string> = {}) =>
  run('bot_ptb.py', { args: [chapter], env: { BOT_TOKEN: tokenOf(id), ...env } })

const bot = (id: number) => served.world.telegram.simulator.registry.get(id)

/** First a page of HTML comes, as from a proxy, then nothing at all. */
function breakGetMe(id: number): void {
  const { faults } = served.world.telegram
  const route = `ANY /bot${id}*/getMe`
  faults.add({ route, kind: 'status', status: 502, times: 1 })
  faults.add({ route, kind: 'after', times: 1 })
}

/** Writes to the bot as soon as it listens, one thing after the other, and hears what it says to each. */
async function talk(running: Promise<unknown>, id: number, texts: readonly string[]) {
  const heard: { via: string; text: string }[] = []
  const talking = async () => {
    await untilItHears(served, id)
    for (const text of texts) {
      const answer = await say(served, id, text)
      heard.push({ via: answer.via, text: answer.text })
    }
  }
  // A bot that breaks ends the wait for its words.
  const broken = running.then(() => new Promise<never>(() => {}))
  await Promise.race([talking(), broken])
  return heard
}

describeClient('python-telegram-bot', python, () => {
  it('is a bot with a webhook and a certificate of its own', async () => {
    const [id, ip] = [410_100, '127.60.41.1']
    const { certificate, key } = await selfSigned(folder, ip)
    const env = { WEBHOOK_IP: ip, TLS_CERT: certificate, TLS_KEY: key }
    const running = runPTB('webhook', id, env)
    const answers = await talk(running, id, ['hello', 'ünïcode 🤖'])
    expect(answers).toEqual([
      { via: 'api', text: 'echo: hello' },
      { via: 'api', text: 'echo: ünïcode 🤖' },
    ])
    expect(bot(id)?.webhook).toMatchObject({ url: `https://${ip}:8443/hook`, secretToken: 'sesame' })
    expect(bot(id)?.webhook?.trust).toHaveLength(1)
    expect(bot(id)).toMatchObject({ queue: [], lastError: undefined, allowedUpdates: ['message', 'edited_message'] })
    await say(served, id, 'bye')
    expect(await running).toEqual({ heard: ['hello', 'ünïcode 🤖', 'bye'] })
  })

  it('is a bot that polls', async () => {
    const id = 410_101
    const running = runPTB('polling', id)
    expect(await talk(running, id, ['hello', 'bye'])).toMatchObject([{ text: 'echo: hello' }, { text: 'echo: bye' }])
    expect(await running).toEqual({ heard: ['hello', 'bye'] })
    expect(bot(id)?.queue).toEqual([])
  })

  it('tells every refusal and every trouble by a class of its own', async () => {
    const id = 410_102
    breakGetMe(id)
    expect(await runPTB('calls', id)).toEqual({
      ...{ html: 'NetworkError', dropped: 'NetworkError' },
      ...{ me: [id, true, 'bot_410102_bot'], set: true, deleted: true, none: '', commands: true, described: true },
      info: ['https://127.60.0.1/hook', false, 40, []],
      ...{ command: ['start'], description: 'It echoes.' },
      'too soon': ['RetryAfter', expect.stringContaining('Retry in 1 seconds')],
      conflict: ['Conflict', expect.stringContaining('while webhook is active')],
      'wrong port': ['BadRequest', expect.stringContaining('only on ports 80, 88, 443 or 8443')],
      'no chat': ['BadRequest', expect.any(String)],
      malformed: ['InvalidToken', expect.any(String)],
      revoked: ['InvalidToken', 'Unauthorized'],
    })
  })
})

describeClient('aiogram', python, () => {
  const [webhook, polling, calls] = [410_200, 410_201, 410_202]
  const ip = '127.60.42.1'
  let running: Promise<Record<string, unknown>>
  beforeAll(async () => {
    const { certificate, key } = await selfSigned(folder, ip)
    breakGetMe(calls)
    const tokens = { webhook: tokenOf(webhook), polling: tokenOf(polling), calls: tokenOf(calls) }
    const env = { BOT_TOKENS: JSON.stringify(tokens), WEBHOOK_IP: ip, TLS_CERT: certificate, TLS_KEY: key }
    running = run('bot_aiogram.py', { env })
    // Who looks at it comes later.
    running.catch(() => {})
  })

  it('is a bot with a webhook that answers in both ways', async () => {
    expect(await talk(running, webhook, ['call me', 'ünïcode 🤖'])).toEqual([
      { via: 'api', text: 'echo: call me' },
      { via: 'webhook', text: 'echo: ünïcode 🤖' },
    ])
    expect(bot(webhook)).toMatchObject({ queue: [], lastError: undefined, webhook: { secretToken: 'sesame' } })
    expect(await talk(running, webhook, ['bye'])).toEqual([{ via: 'webhook', text: 'echo: bye' }])
  })

  it('is a bot that polls', async () => {
    expect(await talk(running, polling, ['call me', 'bye'])).toMatchObject([{ via: 'api' }, { text: 'echo: bye' }])
  })

  it('tells every refusal and every trouble by a class of its own', async () => {
    const told = await running
    expect(told).toMatchObject({ webhook: ['call me', 'ünïcode 🤖', 'bye'], polling: ['call me', 'bye'] })
    expect(bot(webhook)?.webhook).toBeUndefined()
    expect(bot(polling)?.queue).toEqual([])
    expect(told['calls']).toEqual({
      ...{ html: 'ClientDecodeError', dropped: 'TelegramNetworkError' },
      ...{ me: [calls, true, 'bot_410202_bot'], set: true, deleted: true, none: '', commands: true, described: true },
      info: ['https://127.60.0.1/hook', false, 40, null],
      ...{ command: ['start'], description: 'It echoes.' },
      'too soon': ['TelegramRetryAfter', 1],
      conflict: ['TelegramConflictError', expect.stringContaining('while webhook is active')],
      'wrong port': ['TelegramBadRequest', expect.stringContaining('only on ports 80, 88, 443 or 8443')],
      'no chat': ['TelegramBadRequest', expect.any(String)],
      revoked: ['TelegramUnauthorizedError', expect.any(String)],
    })
  })
})
