// What a person may do to simulated Telegram. Bots are named by their id, the digits before the colon of the token.
//
//   GET    /_simulator/state               every bot: webhook, backlog, last error, answers, calls; no secret in clear
//   POST   /_simulator/messages            {bot, text, chat?, waitSeconds?}: a person writes; with waitSeconds the answer
//                                          is waited for that long (simulated time) and told
//   POST   /_simulator/updates             {bot, kind, chat?, content?}: anything else that Telegram tells a bot of
//   GET    /_simulator/answers?bot=ID      what the bot said, oldest first; &update=ID only in answer to that update
//   POST   /_simulator/bots                {token}: issue a token; the bot's earlier one and its webhook are void
//   POST   /_simulator/bots/:bot/revoke    its token gets 401 from now on
//   PUT    /_simulator/bots/:bot/webhook   {url, ip_address?, …}: a hand change, under the rules of setWebhook
//   DELETE /_simulator/bots/:bot/webhook   a hand removal
//   beside them the routes of kit/control.ts

import { createHash } from 'node:crypto'
import { type Clock, sleep } from '../kit/clock.ts'
import { controlError, done } from '../kit/control.ts'
import type { Route, RouteContext } from '../kit/router.ts'
import type { Answer, Bot } from './bot.ts'
import { BotApiError } from './bot-api-error.ts'
import { isObject } from './json-parameter.ts'
import { webhookInfoOf } from './methods.ts'
import type { TelegramSimulator } from './simulator.ts'
import { allUpdates } from './update-kinds.ts'

interface ControlDeps {
  telegram: TelegramSimulator
  clock: Clock
}

export function telegramControlRoutes(deps: ControlDeps): Route[] {
  const { telegram } = deps
  const route = (method: string, path: string, handle: Route['handle']): Route => ({ method, path, handle })
  const ofBot = (act: (bot: Bot, context: RouteContext) => Response | Promise<Response>): Route['handle'] => {
    return (context) => withBot(telegram, { id: context.params['bot'], act: (bot) => act(bot, context) })
  }
  return [
    route('GET', '/_simulator/state', () => Response.json(telegramState(telegram))),
    route('POST', '/_simulator/messages', ({ request }) => sendMessage(deps, request)),
    route('POST', '/_simulator/updates', ({ request }) => receiveUpdate(telegram, request)),
    route('GET', '/_simulator/answers', ({ url }) => answers(telegram, url)),
    route('POST', '/_simulator/bots', async ({ request }) => {
      const { token } = await objectOf(request)
      const { id, username } = telegram.registry.issue(String(token))
      return Response.json({ id, username })
    }),
    route(
      'POST',
      '/_simulator/bots/:bot/revoke',
      ofBot((bot) => done(telegram.registry.revoke(bot.id))),
    ),
    route(
      'PUT',
      '/_simulator/bots/:bot/webhook',
      ofBot(async (bot, { request }) => changeWebhook(telegram, { bot, wanted: await objectOf(request) })),
    ),
    route(
      'DELETE',
      '/_simulator/bots/:bot/webhook',
      ofBot((bot) => changeWebhook(telegram, { bot, wanted: {} })),
    ),
  ]
}

/** Safe to print: secrets appear as hashes, so that two of them can be told apart. */
export function telegramState(telegram: TelegramSimulator): { bots: readonly Record<string, unknown>[] } {
  return {
    bots: telegram.registry.list().map((bot) => ({
      id: bot.id,
      username: bot.username,
      revoked: bot.revoked,
      webhook: bot.webhook && {
        ...webhookInfoOf(bot),
        secretTokenHash: hashOf(bot.webhook.secretToken),
        certificateHash: hashOf((bot.webhook.trust ?? []).join('\n')),
      },
      backlog: bot.queue.length,
      lastError: bot.lastError,
      profilePhoto: bot.profile.photo,
      answers: bot.answers.length,
      calls: Object.fromEntries(bot.calls),
    })),
  }
}

const hashOf = (secret: string): string | undefined =>
  secret === '' ? undefined : createHash('sha256').update(secret).digest('hex').slice(0, 16)

async function sendMessage({ telegram, clock }: ControlDeps, request: Request): Promise<Response> {
  const { bot: id, text, chat = 1, waitSeconds = 0 } = await objectOf(request)
  if (typeof text !== 'string' || text === '') return controlError(400, 'text must be a text that is not empty')
  return withBot(telegram, {
    id: String(id),
    act: async (bot) => {
      const heard: Answer[] = []
      const stopListening = telegram.onAnswer((who, what) => void (who === bot && heard.push(what)))
      const update = telegram.say(bot, { text, chatID: Number(chat) })
      const answered = () => heard.find(({ via, updateID }) => via === 'api' || updateID === update?.id)
      const until = clock.monotonic() + Number(waitSeconds) * 1_000
      while (update !== undefined && answered() === undefined && clock.monotonic() < until) await sleep(clock, 50)
      stopListening()
      return Response.json({ updateID: update?.id ?? null, answer: answered() ?? null })
    },
  })
}

async function receiveUpdate(telegram: TelegramSimulator, request: Request): Promise<Response> {
  const { bot: id, kind, chat = 1, content = {} } = await objectOf(request)
  if (typeof kind !== 'string' || !allUpdates.includes(kind))
    return controlError(400, `kind must be one of ${allUpdates.join(', ')}`)
  if (!isObject(content)) return controlError(400, 'content must be a JSON object')
  return withBot(telegram, {
    id: String(id),
    act: (bot) =>
      Response.json({ updateID: telegram.receive(bot, { kind, chatID: Number(chat), content })?.id ?? null }),
  })
}

function answers(telegram: TelegramSimulator, { searchParams }: URL): Response | Promise<Response> {
  const update = searchParams.get('update')
  return withBot(telegram, {
    id: searchParams.get('bot') ?? '',
    act: (bot) =>
      Response.json({ answers: bot.answers.filter((one) => update === null || String(one.updateID) === update) }),
  })
}

async function changeWebhook(
  telegram: TelegramSimulator,
  { bot, wanted }: { bot: Bot; wanted: Record<string, unknown> },
): Promise<Response> {
  const texts = Object.entries(wanted).map(([name, value]) => [name, asText(value)] as const)
  try {
    await telegram.changeWebhook(bot, new Map(texts))
    return done()
  } catch (error) {
    if (error instanceof BotApiError) return controlError(error.status, error.message)
    throw error
  }
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function withBot(
  { registry }: TelegramSimulator,
  { id, act }: { id: string | undefined; act(bot: Bot): Response | Promise<Response> },
): Response | Promise<Response> {
  const bot = registry.get(Number(id))
  return bot === undefined ? controlError(404, `No bot has the id ${id}: its token was never used`) : act(bot)
}

async function objectOf(request: Request): Promise<Record<string, unknown>> {
  const value: unknown = await request.json()
  if (typeof value !== 'object' || value === null) throw new RangeError('The body must be a JSON object')
  return value as Record<string, unknown>
}
