// Simulated Telegram: the Bot API, the delivery of updates, and what a person may do to it from outside.

import { lookup } from 'node:dns/promises'
import { type Clock, sleep } from '../kit/clock.ts'
import type { Handler } from '../kit/handler.ts'
import type { Answer, Bot, QueuedUpdate } from './bot.ts'
import { BotApiError, errorResponse } from './bot-api-error.ts'
import { readCall } from './call.ts'
import { createDelivery } from './delivery.ts'
import { allowedInAnswer, createMethods } from './methods.ts'
import { parametersOf } from './parameters.ts'
import { type PostUpdate, postUpdate } from './post-update.ts'
import { readAnswer } from './read-parameters.ts'
import { createRegistry, type Registry } from './registry.ts'
import { createWebhookSetter } from './set-webhook.ts'
import { enqueue, messageFrom, type NewUpdate } from './updates.ts'

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
  /** Address of a webhook's host name, IPv4 if there is one; the system's resolver by default. */
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
  /** Anything else that happens to the bot. `undefined` when the bot does not want to know. */
  receive(bot: Bot, update: NewUpdate): QueuedUpdate | undefined
  /** The webhook is set or removed by someone who has the token; same rules, without the limit of one a second. */
  changeWebhook(bot: Bot, parameters: ReadonlyMap<string, string>): Promise<void>
  /** Hears of every answer; the result stops that. */
  onAnswer(listener: (bot: Bot, answer: Answer) => void): () => void
  stop(): void
}

const systemResolve = async (host: string): Promise<string> => (await lookup(host, { order: 'ipv4first' })).address
const conflictPauseMs = 3_000

export function createTelegramSimulator(deps: TelegramDeps): TelegramSimulator {
  const { clock, random, options = {}, resolve = systemResolve, post = postUpdate } = deps
  const listeners = new Set<(bot: Bot, answer: Answer) => void>()
  const onChange = (bot: Bot) => delivery.wake(bot)
  const registry = createRegistry({ clock, newBotThrottle: options.newBotThrottle ?? true, onChange })
  const { allowReserved = false } = options
  const webhooks = createWebhookSetter({ clock, random, resolve, allowReserved, onChange })
  const methods = createMethods({
    ...{ clock, registry, webhooks },
    onAnswer: (bot, answer) => {
      for (const listener of listeners) listener(bot, answer)
    },
  })
  const delivery = createDelivery({
    ...{ clock, random, post },
    onDelivered: (bot, { update, contentType, body }) => void obey(bot, { update, contentType, body }),
    onGone: (bot) => void webhooks.delete(bot, parametersOf({ texts: [] })),
  })

  async function call(request: Request): Promise<Response> {
    const { token, name, parameters } = await readCall(request)
    const bot = registry.open(token, name)
    const method = methods.get(name)
    if (method === undefined) throw new BotApiError(404, 'Not Found: method not found')
    bot.calls.set(name, (bot.calls.get(name) ?? 0) + 1)
    try {
      return Response.json({ ok: true, ...(await method({ bot, parameters, signal: request.signal })) })
    } catch (error) {
      if (error instanceof BotApiError && error.status === 409) await pause(bot)
      throw error
    }
  }

  /** One conflict in three seconds is told at once; every other one is held back as long. */
  async function pause(bot: Bot): Promise<void> {
    const now = clock.monotonic()
    if (now < bot.nextConflictAt) await sleep(clock, conflictPauseMs)
    else bot.nextConflictAt = now + conflictPauseMs
  }

  /** A webhook's answer may hold one method; what is wrong with it, nobody is told. */
  async function obey(bot: Bot, o: { update: QueuedUpdate; contentType: string; body: string }): Promise<void> {
    try {
      const parameters = await readAnswer(o)
      const name = parameters.text('method').toLowerCase()
      if (!allowedInAnswer(name)) return
      await methods.get(name)?.({ bot, parameters, inAnswerTo: o.update.id, signal: new AbortController().signal })
    } catch (error) {
      if (!(error instanceof BotApiError)) throw error
    }
  }

  function receive(bot: Bot, wanted: NewUpdate): QueuedUpdate | undefined {
    const update = enqueue(bot, wanted, clock)
    if (update === undefined) return undefined
    bot.poll?.wake()
    delivery.wake(bot)
    return update
  }

  return {
    registry,
    receive,
    fetch: (request) =>
      call(request).catch((error: unknown) => {
        if (error instanceof BotApiError) return errorResponse(error)
        throw error
      }),
    say: (bot, message) => receive(bot, messageFrom(bot, message, clock)),
    async changeWebhook(bot, texts) {
      bot.nextSetWebhookAt = 0
      await webhooks.set(bot, parametersOf({ texts }))
      bot.nextSetWebhookAt = 0
    },
    onAnswer(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop() {
      webhooks.stop()
      delivery.stop()
    },
  }
}
