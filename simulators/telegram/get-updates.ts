// getUpdates: the other way to get updates, which Telegram refuses while a webhook is set.

import type { Clock } from '../kit/clock.ts'
import type { Bot } from './bot.ts'
import { BotApiError } from './bot-api-error.ts'
import type { MethodResult } from './method.ts'
import type { Parameters } from './parameters.ts'
import { updateAllowedUpdates } from './set-webhook.ts'

const webhookIsActive =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
const otherPoll = 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'

interface Polling {
  parameters: Parameters
  clock: Clock
  signal: AbortSignal
}

/** A positive offset confirms what lies below it; a negative one counts from the end. */
export async function getUpdates(bot: Bot, polling: Polling): Promise<MethodResult> {
  const { parameters } = polling
  if (bot.webhook !== undefined) throw new BotApiError(409, webhookIsActive)
  const offset = parameters.integer('offset', { least: -(2 ** 31), most: 2 ** 31, otherwise: 0 })
  const limit = parameters.integer('limit', { least: 1, most: 100, otherwise: 100 })
  const timeout = parameters.integer('timeout', { least: 0, most: 50, otherwise: 0 })
  updateAllowedUpdates(bot, parameters)
  if (offset > 0) bot.queue = bot.queue.filter(({ id }) => id >= offset)
  if (offset < 0) bot.queue = bot.queue.slice(offset)
  if (bot.queue.length === 0 && timeout > 0) await untilUpdate(bot, { ...polling, timeout })
  return { result: bot.queue.slice(0, limit).map(({ id, payload }) => ({ update_id: id, ...payload })) }
}

/** Looks several times a second, which spares a list of waiters; only one poll waits at a time. */
async function untilUpdate(bot: Bot, o: Polling & { timeout: number }): Promise<void> {
  bot.cancelPoll?.(otherPoll)
  const until = o.clock.monotonic() + o.timeout * 1_000
  await new Promise<void>((resolve, reject) => {
    let cancelTimer = () => {}
    const end = (settle: () => void) => {
      cancelTimer()
      bot.cancelPoll = undefined
      settle()
    }
    const look = () => {
      if (bot.queue.length > 0 || o.signal.aborted || o.clock.monotonic() >= until) return end(resolve)
      cancelTimer = o.clock.schedule(250, look)
    }
    bot.cancelPoll = (description) => end(() => reject(new BotApiError(409, description)))
    look()
  })
}
