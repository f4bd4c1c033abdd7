// setWebhook and deleteWebhook: the old webhook goes first, then the new one is looked at. A bad call leaves none.

import type { Clock } from '../kit/clock.ts'
import type { Bot, Webhook } from './bot.ts'
import { badRequest, badWebhook, conflict, tooManyRequests } from './bot-api-error.ts'
import type { Parameters } from './parameters.ts'
import { parseAllowedUpdates } from './update-kinds.ts'
import { type AddressDeps, addressOf, watchAddress } from './webhook-address.ts'
import { certificateLimitBytes, parseTrust, problemOfSecretToken, problemOfTarget } from './webhook-rules.ts'
import { parseWebhookURL, type WebhookTarget } from './webhook-url.ts'

export interface WebhookSetterDeps extends AddressDeps {
  clock: Clock
  /** Uniform in [0, 1). */
  random(): number
  /** The bot's webhook is another one now: requests under way for the old one are void. */
  onChange(bot: Bot): void
}

/** What the API says beside `result: true`. */
export type WebhookOutcome =
  | 'Webhook was set'
  | 'Webhook is already set'
  | 'Webhook was deleted'
  | 'Webhook is already deleted'

export interface WebhookSetter {
  /** An empty or absent `url` deletes. Throws BotApiError; by then the old webhook is gone, except for 429. */
  set(bot: Bot, parameters: Parameters): Promise<WebhookOutcome>
  delete(bot: Bot, parameters: Parameters): WebhookOutcome
  /** Takes away the webhook and every update that waits, unseen. */
  clear(bot: Bot): void
  /** No name is looked up any more. */
  stop(): void
}

export function createWebhookSetter(deps: WebhookSetterDeps): WebhookSetter {
  const { clock, onChange } = deps
  const watches = new Map<Bot, () => void>()

  function rateLimit(bot: Bot): void {
    if (clock.monotonic() < bot.nextSetWebhookAt) throw tooManyRequests(1)
    bot.nextSetWebhookAt = clock.monotonic() + 1_000
  }

  function clear(bot: Bot, { dropUpdates }: { dropUpdates: boolean }): void {
    if (bot.webhook !== undefined) bot.lastError = undefined
    bot.webhook = undefined
    watches.get(bot)?.()
    watches.delete(bot)
    if (dropUpdates) bot.queue = []
    onChange(bot)
  }

  function install(bot: Bot, webhook: Webhook): void {
    bot.webhook = webhook
    bot.lastError = undefined
  }

  async function verify(bot: Bot, { webhook, target }: Composed): Promise<void> {
    const ended = Promise.withResolvers<never>()
    const cancel = () => ended.reject(conflict('terminated by other setWebhook'))
    bot.cancelPendingSet = cancel
    try {
      await Promise.race([ended.promise, inspect({ webhook, target }, deps)])
    } catch (error) {
      if (bot.webhook === webhook) bot.webhook = undefined
      throw error
    } finally {
      if (bot.cancelPendingSet === cancel) bot.cancelPendingSet = undefined
    }
  }

  /** Where there is nothing to do, the updates asked for are still taken over. */
  function remove(bot: Bot, parameters: Parameters): WebhookOutcome {
    const dropUpdates = parameters.flag('drop_pending_updates')
    const had = bot.webhook !== undefined
    bot.cancelPendingSet?.()
    if (!had && !dropUpdates) updateAllowedUpdates(bot, parameters)
    clear(bot, { dropUpdates })
    return had ? 'Webhook was deleted' : 'Webhook is already deleted'
  }

  return {
    delete: remove,
    clear(bot) {
      bot.cancelPendingSet?.()
      clear(bot, { dropUpdates: true })
    },
    stop() {
      for (const end of watches.values()) end()
    },
    async set(bot, parameters) {
      if (parameters.text('url') === '') return remove(bot, parameters)
      rateLimit(bot)
      const interrupts = bot.cancelPendingSet !== undefined
      bot.cancelPendingSet?.()
      if (!interrupts && isAlreadySet(bot, parameters)) {
        updateAllowedUpdates(bot, parameters)
        return 'Webhook is already set'
      }
      bot.poll?.conflict('terminated by setWebhook request')
      clear(bot, { dropUpdates: parameters.flag('drop_pending_updates') })
      const { webhook, target } = compose(parameters)
      install(bot, webhook)
      updateAllowedUpdates(bot, parameters)
      await verify(bot, { webhook, target })
      watches.set(bot, watchAddress(webhook, { ...deps, isCurrent: () => bot.webhook === webhook }))
      onChange(bot)
      return 'Webhook was set'
    },
  }
}

/** Neither side may hold a certificate: with one, each call makes the webhook anew. */
function isAlreadySet({ webhook }: Bot, parameters: Parameters): boolean {
  if (webhook === undefined || webhook.trust !== undefined || certificateOf(parameters) !== undefined) return false
  const address = parameters.text('ip_address')
  return (
    webhook.url === parameters.text('url') &&
    webhook.maxConnections === maxConnectionsOf(parameters) &&
    webhook.secretToken === parameters.text('secret_token') &&
    webhook.fixedIPAddress === (address !== '') &&
    (address === '' || webhook.ipAddress === address) &&
    !parameters.flag('drop_pending_updates')
  )
}

interface Composed {
  webhook: Webhook
  target: WebhookTarget
}

function compose(parameters: Parameters): Composed {
  const url = parameters.text('url')
  const target = parseWebhookURL(url)
  if (target === undefined) throw badRequest('invalid webhook URL specified')
  const secretToken = parameters.text('secret_token')
  const problem = problemOfSecretToken(secretToken)
  if (problem !== undefined) throw badRequest(problem)
  const file = certificateOf(parameters)
  if (file !== undefined && file.length > certificateLimitBytes)
    throw badRequest(`certificate size is too big (${file.length} bytes)`)
  const ipAddress = parameters.text('ip_address')
  const webhook: Webhook = {
    ...{ url, host: target.host, port: target.port, path: target.path, userinfo: target.userinfo },
    ...{ ipAddress, fixedIPAddress: ipAddress !== '', maxConnections: maxConnectionsOf(parameters), secretToken },
    trust: file === undefined ? undefined : (parseTrust(file) ?? []),
  }
  return { webhook, target }
}

/** Telegram answers once it has begun to connect; whether anything listens there, it learns with the first update. */
async function inspect({ webhook, target }: Composed, deps: AddressDeps): Promise<void> {
  const wrongTarget = problemOfTarget(target)
  if (wrongTarget !== undefined) throw badWebhook(wrongTarget)
  const address = await addressOf(webhook, deps)
  if (webhook.trust?.length === 0) throw badWebhook('Failed to set custom certificate file')
  webhook.ipAddress = address
}

/** Only a file counts, under its own name or one that `attach://` names; plain text is passed over in silence. */
function certificateOf(parameters: Parameters): Uint8Array | undefined {
  const attached = /^attach:\/\/(.+)$/.exec(parameters.text('certificate'))?.[1]
  return parameters.file('certificate') ?? (attached === undefined ? undefined : parameters.file(attached))
}

const maxConnectionsOf = (parameters: Parameters): number =>
  parameters.integer('max_connections', { least: 1, most: 100, otherwise: 40 })

export function updateAllowedUpdates(bot: Bot, parameters: Parameters): void {
  const wanted = parseAllowedUpdates(parameters.text('allowed_updates'))
  if (wanted !== 'keep') bot.allowedUpdates = wanted === 'default' ? undefined : wanted
}
