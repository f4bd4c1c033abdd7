// Which tokens stand for which bots: a bot is made when its token is first used, and has one token at a time.

import type { Clock } from '../kit/clock.ts'
import { type Bot, newBot } from './bot.ts'
import { BotApiError, tooManyRequests } from './bot-api-error.ts'

export interface RegistryDeps {
  clock: Clock
  /** Telegram answers 429 to more than 20 tokens a minute, or 600 an hour, that it has not seen from this address. */
  newBotThrottle: boolean
  /** The bot's token or webhook went away. */
  onChange(bot: Bot): void
}

export interface Registry {
  /** Throws BotApiError: 404 for what is no token, 401 for a wrong or revoked one, 429 for too many new ones. */
  open(token: string): Bot
  get(id: number): Bot | undefined
  list(): readonly Bot[]
  /** Makes the bot, or gives it this token instead of the one it has, which takes its webhook with it. */
  issue(token: string): Bot
  /** From now on its token gets 401, until another one is issued. `undefined` when there is no such bot. */
  revoke(id: number): Bot | undefined
}

const tokenPattern = /^[1-9][0-9]{5,15}:[A-Za-z0-9_-]{30,50}$/
const limits = [
  { windowMs: 60_000, most: 20 },
  { windowMs: 3_600_000, most: 600 },
]

export function createRegistry({ clock, newBotThrottle, onChange }: RegistryDeps): Registry {
  const bots = new Map<number, Bot>()
  const seen = new Set<string>()
  let firstUses: number[] = []

  function admitNew(token: string): void {
    if (seen.has(token)) return
    const now = clock.monotonic()
    firstUses = firstUses.filter((at) => now - at < 3_600_000)
    const waitMs = Math.max(...limits.map((limit) => waitFor(firstUses, { ...limit, now })))
    if (newBotThrottle && waitMs > 0) throw tooManyRequests(Math.floor(waitMs / 1_000) + 1)
    firstUses.push(now)
    seen.add(token)
  }

  function issue(token: string): Bot {
    const fresh = newBot(token)
    const bot = bots.get(fresh.id) ?? fresh
    bots.set(bot.id, bot)
    if (bot.token !== token || bot.revoked) forget(bot)
    bot.token = token
    bot.revoked = false
    return bot
  }

  function forget(bot: Bot): void {
    bot.cancelPendingSet?.()
    bot.webhook = undefined
    bot.lastError = undefined
    onChange(bot)
  }

  return {
    open(token) {
      if (!tokenPattern.test(token)) throw new BotApiError(404, 'Not Found')
      admitNew(token)
      const bot = bots.get(Number(token.slice(0, token.indexOf(':')))) ?? issue(token)
      if (bot.revoked || bot.token !== token) throw new BotApiError(401, 'Unauthorized')
      return bot
    },
    get: (id) => bots.get(id),
    list: () => [...bots.values()],
    issue(token) {
      if (!tokenPattern.test(token))
        throw new RangeError('Cannot issue token: it must look like 123456:30 to 50 characters')
      return issue(token)
    },
    revoke(id) {
      const bot = bots.get(id)
      if (bot === undefined) return undefined
      bot.revoked = true
      forget(bot)
      return bot
    },
  }
}

/** Milliseconds until one more fits into the window. */
function waitFor(times: readonly number[], o: { windowMs: number; most: number; now: number }): number {
  const oldest = times.at(-o.most)
  return oldest === undefined ? 0 : oldest + o.windowMs - o.now
}
