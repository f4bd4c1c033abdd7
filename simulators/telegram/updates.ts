// The queue of updates: what comes in, in which shape, and what leaves it because it is too old.

import type { Clock } from '../kit/clock.ts'
import type { Bot, QueuedUpdate } from './bot.ts'
import { defaultUpdates } from './update-kinds.ts'

const updateLifeSeconds = 24 * 3_600
const mostQueued = 100_000

export interface NewUpdate {
  /** For instance `message` or `callback_query`. */
  kind: string
  /** Updates of one chat are delivered one after the other. */
  chatID: number
  /** What is below the name of the kind. */
  content: Readonly<Record<string, unknown>>
}

/** `undefined` when the bot does not want this kind at this moment, or too many wait already. Nothing is made up for later. */
export function enqueue(bot: Bot, { kind, chatID, content }: NewUpdate, clock: Clock): QueuedUpdate | undefined {
  if (!(bot.allowedUpdates ?? defaultUpdates).includes(kind) || bot.queue.length >= mostQueued) return undefined
  bot.lastUpdateID += 1
  const expiresAt = Math.floor(clock.now() / 1_000) + updateLifeSeconds
  const update = { id: bot.lastUpdateID, type: kind, chatID, payload: { [kind]: content }, expiresAt }
  bot.queue.push(update)
  return update
}

export function dropExpired(bot: Bot, clock: Clock): void {
  const now = clock.now()
  if (bot.queue.some(({ expiresAt }) => expiresAt * 1_000 <= now))
    bot.queue = bot.queue.filter(({ expiresAt }) => expiresAt * 1_000 > now)
}

/** A message as a person would write it in a private chat. */
export function messageFrom(bot: Bot, o: { text: string; chatID: number }, clock: Clock): NewUpdate {
  bot.lastMessageID += 1
  const person = { id: o.chatID, first_name: 'User' }
  const command = /^\/[A-Za-z0-9_]+/.exec(o.text)?.[0]
  const content = {
    message_id: bot.lastMessageID,
    from: { ...person, is_bot: false, language_code: 'en' },
    chat: { ...person, type: 'private' },
    date: Math.floor(clock.now() / 1_000),
    text: o.text,
    ...(command && { entities: [{ type: 'bot_command', offset: 0, length: command.length }] }),
  }
  return { kind: 'message', chatID: o.chatID, content }
}
