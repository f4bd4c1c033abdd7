// The Bot API methods that the simulator has. Each takes the bot and its parameters and gives the result to be sent.

import type { Clock } from '../kit/clock.ts'
import type { Answer, Bot } from './bot.ts'
import { badRequest } from './bot-api-error.ts'
import { getUpdates } from './get-updates.ts'
import type { Method, MethodContext, MethodResult } from './method.ts'
import type { WebhookSetter } from './set-webhook.ts'

export interface MethodsDeps {
  clock: Clock
  webhooks: WebhookSetter
  onAnswer(bot: Bot, answer: Answer): void
}

const answersKept = 1_000

/** By name in lower case, as Telegram compares them. */
export function createMethods({ clock, webhooks, onAnswer }: MethodsDeps): ReadonlyMap<string, Method> {
  return new Map<string, Method>([
    ['getme', ({ bot }) => ({ result: userOf(bot) })],
    ['setwebhook', async ({ bot, parameters }) => ({ result: true, description: await webhooks.set(bot, parameters) })],
    ['deletewebhook', ({ bot, parameters }) => ({ result: true, description: webhooks.delete(bot, parameters) })],
    ['getwebhookinfo', ({ bot }) => ({ result: webhookInfoOf(bot) })],
    ['getupdates', ({ bot, parameters, signal }) => getUpdates(bot, { parameters, clock, signal })],
    ['sendmessage', (context) => sendMessage(context, { clock, onAnswer })],
  ])
}

/** Which methods a webhook may ask for in its answer. */
export const allowedInAnswer = (method: string): boolean =>
  !method.startsWith('get') && !['setwebhook', 'deletewebhook', 'close', 'logout'].includes(method)

function userOf({ id, username }: Bot): Record<string, unknown> {
  return {
    id,
    is_bot: true,
    first_name: `Bot ${id}`,
    username,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
  }
}

/** The secret token and the certificate are never told; what is not set is absent, except for `url`. */
export function webhookInfoOf({ webhook, queue, lastError, allowedUpdates }: Bot): Record<string, unknown> {
  return {
    url: webhook?.url ?? '',
    has_custom_certificate: webhook?.trust !== undefined,
    pending_update_count: queue.length,
    ...(lastError && { last_error_date: lastError.date, last_error_message: lastError.message }),
    ...(webhook && { max_connections: webhook.maxConnections, ip_address: webhook.ipAddress || '<unknown>' }),
    ...(allowedUpdates && { allowed_updates: allowedUpdates }),
  }
}

function sendMessage(
  context: MethodContext,
  { clock, onAnswer }: Pick<MethodsDeps, 'clock' | 'onAnswer'>,
): MethodResult {
  const { bot, parameters, inAnswerTo } = context
  const chatID = parameters.text('chat_id')
  const text = parameters.text('text')
  if (chatID === '') throw badRequest('chat_id is empty')
  if (text === '') throw badRequest('message text is empty')
  if (text.length > 4_096) throw badRequest('message is too long')
  const at = new Date(clock.now()).toISOString()
  const answer: Answer =
    inAnswerTo === undefined
      ? { at, via: 'api', chatID, text }
      : { at, via: 'webhook', updateID: inAnswerTo, chatID, text }
  bot.answers.push(answer)
  if (bot.answers.length > answersKept) bot.answers.shift()
  onAnswer(bot, answer)
  bot.lastMessageID += 1
  return {
    result: {
      message_id: bot.lastMessageID,
      from: { id: bot.id, is_bot: true, first_name: `Bot ${bot.id}`, username: bot.username },
      chat: { id: Number(chatID) || chatID, type: 'private', first_name: 'User' },
      date: Math.floor(clock.now() / 1_000),
      text,
    },
  }
}
