// Simulated Telegram: the Bot API, the delivery of updates, and what a person may do to it from outside.

import { lookup } from 'node:dns/promises'
import type { Clock } from '../kit/clock.ts'
import type { Handler } from '../kit/handler.ts'
import type { Answer, Bot, QueuedUpdate } from './bot.ts'
import { BotApiError, errorResponse } from './bot-api-error.ts'
import { createDelivery } from './delivery.ts'
import { allowedInAnswer, createMethods } from './methods.ts'
import { type Parameters, parametersOf, readParameters, textsOfJSON } from './parameters.ts'
import { type PostUpdate, postUpdate } from './post-update.ts'
import { createRegistry, type Registry } from './registry.ts'
import { createWebhookSetter } from './set-webhook.ts'
import { defaultUpdates } from './webhook-rules.ts'

export interface TelegramOptions {
  /** Lab switch: webhooks may point to loopback and private addresses. Real Telegram refuses them. */
  allowReserved?: boolean
  /** Refuses more than 20 new tokens a minute, as Telegram does. */
  newBotThrottle?: boolean
}

export interface TelegramDeps {
  clock: Clock
  /** Uniform in [0, 1). */
  random(): number
  options?: TelegramOptions
  /** IPv4 of a webhook's host name; the system's resolver by default. */
  resolve?(host: string): Promise<string>
  /** Hands one update to a webhook; a real HTTPS request by default. */
  post?: PostUpdate
}

export interface TelegramSimulator {
  /** `/bot<token>/METHOD`. */
  readonly fetch: Handler
  readonly registry: Registry
  /** A person writes to the bot. `undefined` when the bot does not want messages. */
  say(bot: Bot, message: { text: string; chatID: number }): QueuedUpdate | undefined
  /** The webhook is set or removed by someone who has the token; same rules, without the limit of one a second. */
  changeWebhook(bot: Bot, parameters: ReadonlyMap<string, string>): Promise<void>
  /** Hears of every answer; the result stops that. */
  onAnswer(listener: (bot: Bot, answer: Answer) => void): () => void
  stop(): void
}

const systemResolve = async (host: string): Promise<string> => (await lookup(host, 4)).address
const updateLifeSeconds = 24 * 3_600

export function createTelegramSimulator(deps: TelegramDeps): TelegramSimulator {
  const { clock, random, options = {}, resolve = systemResolve, post = postUpdate } = deps
  const listeners = new Set<(bot: Bot, answer: Answer) => void>()
  const onChange = (bot: Bot) => delivery.wake(bot)
  const registry = createRegistry({ clock, newBotThrottle: options.newBotThrottle ?? true, onChange })
  const webhooks = createWebhookSetter({ clock, resolve, allowReserved: options.allowReserved ?? false, onChange })
  const methods = createMethods({
    clock,
    webhooks,
    onAnswer: (bot, answer) => {
      for (const listener of listeners) listener(bot, answer)
    },
  })
  const delivery = createDelivery({
    ...{ clock, random, post },
    onDelivered: (bot, { update, contentType, body }) => void obey(bot, { update, contentType, body }),
    onGone: (bot) => void webhooks.delete(bot, noParameters),
  })

  async function call(request: Request): Promise<Response> {
    const [, token, name = ''] = /^\/bot([^/]+)\/([^/]+)$/.exec(new URL(request.url).pathname) ?? []
    if (token === undefined) throw new BotApiError(404, 'Not Found')
    const bot = registry.open(decodeURIComponent(token))
    const method = methods.get(name.toLowerCase())
    if (method === undefined) throw new BotApiError(404, 'Not Found: method not found')
    bot.calls.set(name.toLowerCase(), (bot.calls.get(name.toLowerCase()) ?? 0) + 1)
    const parameters = await readParameters(request)
    return Response.json({ ok: true, ...(await method({ bot, parameters, signal: request.signal })) })
  }

  /** A webhook's answer may hold one method; what is wrong with it, nobody is told. */
  async function obey(bot: Bot, o: { update: QueuedUpdate; contentType: string; body: string }): Promise<void> {
    try {
      const parameters = parametersOfAnswer(o)
      const name = parameters.text('method').toLowerCase()
      if (!allowedInAnswer(name)) return
      await methods.get(name)?.({ bot, parameters, inAnswerTo: o.update.id, signal: new AbortController().signal })
    } catch (error) {
      if (!(error instanceof BotApiError || error instanceof SyntaxError)) throw error
    }
  }

  return {
    registry,
    fetch: async (request) => {
      try {
        return await call(request)
      } catch (error) {
        if (error instanceof BotApiError) return errorResponse(error)
        throw error
      }
    },
    say(bot, message) {
      if (!(bot.allowedUpdates ?? defaultUpdates).includes('message')) return undefined
      const update = messageUpdate(bot, { ...message, now: clock.now() })
      bot.queue.push(update)
      delivery.wake(bot)
      return update
    },
    async changeWebhook(bot, texts) {
      bot.nextSetWebhookAt = 0
      await webhooks.set(bot, parametersOf({ texts: new Map(texts), files: new Map() }))
      bot.nextSetWebhookAt = 0
    },
    onAnswer(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop: () => delivery.stop(),
  }
}

const noParameters: Parameters = parametersOf({ texts: new Map(), files: new Map() })

function parametersOfAnswer({ contentType, body }: { contentType: string; body: string }): Parameters {
  const isJSON = /^application\/json/i.test(contentType) && body !== ''
  const texts = isJSON ? textsOfJSON(body) : new Map(new URLSearchParams(body))
  return parametersOf({ texts, files: new Map() })
}

function messageUpdate(bot: Bot, o: { text: string; chatID: number; now: number }): QueuedUpdate {
  bot.lastUpdateID += 1
  bot.lastMessageID += 1
  const date = Math.floor(o.now / 1_000)
  const person = { id: o.chatID, first_name: 'User' }
  const command = /^\/[A-Za-z0-9_]+/.exec(o.text)?.[0]
  const message = {
    message_id: bot.lastMessageID,
    from: { ...person, is_bot: false, language_code: 'en' },
    chat: { ...person, type: 'private' },
    date,
    text: o.text,
    ...(command && { entities: [{ type: 'bot_command', offset: 0, length: command.length }] }),
  }
  return {
    id: bot.lastUpdateID,
    type: 'message',
    chatID: o.chatID,
    payload: { message },
    expiresAt: date + updateLifeSeconds,
  }
}
