// The Bot API methods that the simulator has. Each takes the bot and its parameters and gives the result to be sent.

import type { Clock } from '../kit/clock.ts'
import type { Answer, Bot } from './bot.ts'
import { meOf } from './get-me.ts'
import { getUpdates } from './get-updates.ts'
import { close, logOut } from './leave.ts'
import type { Method, MethodResult } from './method.ts'
import { commandMethods } from './profile-commands.ts'
import { profileDefaultMethods } from './profile-defaults.ts'
import { profilePhotoMethods } from './profile-photo.ts'
import { profileTextMethods } from './profile-texts.ts'
import type { Registry } from './registry.ts'
import { sendMessage } from './send-message.ts'
import type { WebhookSetter } from './set-webhook.ts'
import { dropExpired } from './updates.ts'

export interface MethodsDeps {
  clock: Clock
  registry: Registry
  webhooks: WebhookSetter
  onAnswer(bot: Bot, answer: Answer): void
}

/** By name in lower case, as Telegram compares them. */
export function createMethods(deps: MethodsDeps): ReadonlyMap<string, Method> {
  const { clock, webhooks } = deps
  const leaving = { ...deps, clear: webhooks.clear }
  return new Map<string, Method>([
    ['getme', ({ bot }) => ({ result: meOf(bot) })],
    ['setwebhook', async ({ bot, parameters }) => ({ result: true, description: await webhooks.set(bot, parameters) })],
    ['deletewebhook', ({ bot, parameters }) => ({ result: true, description: webhooks.delete(bot, parameters) })],
    ['getwebhookinfo', ({ bot }) => getWebhookInfo(bot, clock)],
    ['getupdates', ({ bot, parameters, signal }) => getUpdates(bot, { parameters, clock, signal })],
    ['sendmessage', (context) => sendMessage(context, deps)],
    ['close', ({ bot }) => ({ result: close(bot, leaving) })],
    ['logout', ({ bot }) => ({ result: logOut(bot, leaving) })],
    ...profileTextMethods,
    ...commandMethods,
    ...profileDefaultMethods,
    ...profilePhotoMethods,
  ])
}

/** Which methods a webhook may ask for in its answer. */
export const allowedInAnswer = (method: string): boolean =>
  !method.startsWith('get') && !['setwebhook', 'deletewebhook', 'close', 'logout'].includes(method)

function getWebhookInfo(bot: Bot, clock: Clock): MethodResult {
  dropExpired(bot, clock)
  return { result: webhookInfoOf(bot) }
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
