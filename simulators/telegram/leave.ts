// close and logOut: how a bot leaves this server for one of its own.

import type { Clock } from '../kit/clock.ts'
import type { Bot } from './bot.ts'
import { tooManyRequests } from './bot-api-error.ts'
import type { Registry } from './registry.ts'

const leaveMs = 10 * 60_000

export interface LeaveDeps {
  clock: Clock
  registry: Registry
  /** The webhook goes, and updates with it. */
  clear(bot: Bot): void
}

/** The webhook stays, and launches the bot again with the next call. Throws 429 within ten minutes of the launch. */
export function close(bot: Bot, { clock, registry }: LeaveDeps): true {
  const waitMs = bot.launchedAt + leaveMs - clock.monotonic()
  if (waitMs >= 1_000) throw tooManyRequests(Math.floor(waitMs / 1_000))
  registry.close(bot)
  return true
}

/** For ten minutes every call gets 400 `Logged out`; then the bot may come back, with nothing of what it had. */
export function logOut(bot: Bot, { clock, clear }: LeaveDeps): true {
  bot.poll?.wake()
  clear(bot)
  bot.loggedOutUntil = clock.monotonic() + leaveMs
  return true
}
