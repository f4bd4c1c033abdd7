// Which tokens stand for which bots: a bot is made when its token is first used, and has one token at a time.

import type { Clock } from '../kit/clock.ts'
import { type Bot, newBot } from './bot.ts'
import { BotApiError, badRequest } from './bot-api-error.ts'
import { createNewBotThrottle } from './new-bot-throttle.ts'

export interface RegistryDeps {
  clock: Clock
  /** Telegram answers 429 to more than 20 tokens a minute, or 600 an hour, that it has not seen from this address. */
  newBotThrottle: boolean
  /** The bot's token or webhook went away. */
  onChange(bot: Bot): void
}

export interface Registry {
  /**
   * The bot that a call of this method, in lower case, is for. Throws BotApiError: 404 for what is no token, 401 for one
   * that cannot be or is not the bot's, 429 for too many new ones, 400 for a bot that logged out or was closed.
   */
  open(token: string, method: string): Bot
  get(id: number): Bot | undefined
  list(): readonly Bot[]
  /** Makes the bot, or gives it this token instead of the one it has, which takes its webhook with it. */
  issue(token: string): Bot
  /** From now on its token gets 401, until another one is issued. `undefined` when there is no such bot. */
  revoke(id: number): Bot | undefined
  /** The next call launches the bot anew, which counts for the throttle. Its webhook stays. */
  close(bot: Bot): void
}

const tokenPattern = /^[1-9][0-9]{5,15}:[A-Za-z0-9_-]{30,50}$/
const longestToken = 80

export function createRegistry({ clock, newBotThrottle, onChange }: RegistryDeps): Registry {
  const bots = new Map<number, Bot>()
  const launched = new Set<string>()
  const throttle = createNewBotThrottle(clock)

  function launch(token: string, method: string): void {
    if (method === 'close') throw badRequest('the bot has already been closed')
    if (newBotThrottle) throttle.admit()
    launched.add(token)
    const bot = bots.get(idOf(token))
    if (bot?.token === token) bot.launchedAt = clock.monotonic()
  }

  function issue(token: string): Bot {
    const bot = bots.get(idOf(token)) ?? newBot(token, clock.monotonic())
    bots.set(bot.id, bot)
    if (bot.token !== token || bot.revoked) forget(bot)
    bot.token = token
    bot.revoked = false
    return bot
  }

  function forget(bot: Bot): void {
    bot.cancelPendingSet?.()
    bot.poll?.wake()
    bot.webhook = undefined
    bot.lastError = undefined
    onChange(bot)
  }

  return {
    open(token, method) {
      checkShape(token)
      if (!launched.has(token)) launch(token, method)
      const bot = bots.get(idOf(token)) ?? (tokenPattern.test(token) ? issue(token) : undefined)
      if (bot === undefined || bot.revoked || bot.token !== token) throw new BotApiError(401, 'Unauthorized')
      if (clock.monotonic() < bot.loggedOutUntil) throw new BotApiError(400, 'Logged out')
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
    close: (bot) => void launched.delete(bot.token),
  }
}

const idOf = (token: string): number => Number(token.slice(0, token.indexOf(':')))

/** What is not `digits:secret` does not even reach the server; of what does, some can be no token at first sight. */
function checkShape(token: string): void {
  const id = /^(\d+):./.exec(token)?.[1]
  if (id === undefined) throw new BotApiError(404, 'Not Found')
  if (id.startsWith('0') || token.length > longestToken || Number(id) >= 2 ** 54)
    throw new BotApiError(401, 'Unauthorized: invalid token specified')
}
