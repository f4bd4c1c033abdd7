// getUpdates: the other way to get updates, which Telegram refuses while a webhook is set.

import type { Clock } from '../kit/clock.ts'
import type { Bot, QueuedUpdate } from './bot.ts'
import { conflict } from './bot-api-error.ts'
import type { MethodResult } from './method.ts'
import type { Parameters } from './parameters.ts'
import { updateAllowedUpdates } from './set-webhook.ts'
import { dropExpired } from './updates.ts'

const webhookIsActive =
  "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
const otherPoll = 'terminated by other getUpdates request; make sure that only one bot instance is running'

interface Polling {
  parameters: Parameters
  clock: Clock
  signal: AbortSignal
}

interface Wanted {
  offset: number
  limit: number
  timeoutSeconds: number
}

/** A positive offset confirms what lies below it; a negative one keeps only so many from the end. */
export async function getUpdates(bot: Bot, { parameters, clock, signal }: Polling): Promise<MethodResult> {
  if (bot.webhook !== undefined || bot.cancelPendingSet !== undefined) throw conflict(webhookIsActive)
  const wanted = slowedDown(bot, { wanted: wantedOf(parameters), now: clock.monotonic() })
  updateAllowedUpdates(bot, parameters)
  dropExpired(bot, clock)
  if (wanted.offset < 0) bot.queue = bot.queue.slice(wanted.offset)
  const found = take(bot, wanted)
  if (found.length > 0 || wanted.timeoutSeconds === 0) return resultOf(found)
  bot.poll?.conflict(otherPoll)
  await untilUpdate(bot, { clock, signal, timeoutSeconds: wanted.timeoutSeconds })
  return resultOf(take(bot, wanted))
}

function wantedOf(parameters: Parameters): Wanted {
  return {
    offset: parameters.integer('offset', { least: -(2 ** 31), most: 2 ** 31 - 1, otherwise: 0 }),
    limit: parameters.integer('limit', { least: 1, most: 100, otherwise: 100 }),
    timeoutSeconds: parameters.integer('timeout', { least: 0, most: 50, otherwise: 0 }),
  }
}

/** Who asks for the same again within 3 s has to wait as long, and within half a second gets one update at most. */
function slowedDown(bot: Bot, { wanted, now }: { wanted: Wanted; now: number }): Wanted {
  const { offset, at } = bot.lastPoll ?? { offset: -1, at: Number.NEGATIVE_INFINITY }
  bot.lastPoll = { offset: wanted.offset, at: now }
  if (offset !== wanted.offset || now >= at + 3_000) return wanted
  return {
    offset,
    limit: now < at + 500 ? 1 : wanted.limit,
    timeoutSeconds: Math.max(wanted.timeoutSeconds, 3),
  }
}

/** An offset beyond the end confirms nothing: it may come from the time before the ids began anew. */
function take(bot: Bot, { offset, limit }: Wanted): readonly QueuedUpdate[] {
  if (offset > 0 && offset <= bot.lastUpdateID + 11) bot.queue = bot.queue.filter(({ id }) => id >= offset)
  return bot.queue.slice(0, limit)
}

const resultOf = (updates: readonly QueuedUpdate[]): MethodResult => ({
  result: updates.map(({ id, payload }) => ({ update_id: id, ...payload })),
})

/** Only one poll waits at a time. It ends with an update, in time, or when its client has gone. */
function untilUpdate(bot: Bot, o: { clock: Clock; signal: AbortSignal; timeoutSeconds: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      cancelTimer()
      o.signal.removeEventListener('abort', wake)
      if (bot.poll === poll) bot.poll = undefined
      settle()
    }
    const wake = () => end(resolve)
    const poll = { wake, conflict: (what: string) => end(() => reject(conflict(what))) }
    const cancelTimer = o.clock.schedule(o.timeoutSeconds * 1_000, wake)
    o.signal.addEventListener('abort', wake, { once: true })
    bot.poll = poll
  })
}
