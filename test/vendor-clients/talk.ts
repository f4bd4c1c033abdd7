// A person who writes to bots at simulated Telegram, and waits for what they say.

import { expect, vi } from 'vitest'
import type { Answer } from '../../simulators/telegram/bot.ts'
import type { ServedWorld } from './served-world.ts'

/** Waits in real time: what is waited for is a process that starts, or answers. */
const eventually = { timeout: 60_000, interval: 50 }

/** Resolves when the bot has done what makes it hear: a webhook, or a first getUpdates. */
export async function untilItHears({ world }: ServedWorld, id: number): Promise<void> {
  const hears = () => {
    const bot = world.telegram.simulator.registry.get(id)
    expect(bot?.webhook ?? bot?.poll, `bot ${id} listens`).toBeDefined()
  }
  await vi.waitFor(hears, eventually)
}

/** Says something and resolves with what the bot said to that. */
export async function say({ world }: ServedWorld, id: number, text: string): Promise<Answer> {
  const { simulator } = world.telegram
  const bot = simulator.registry.get(id)
  if (bot === undefined) throw new Error(`Cannot write to bot ${id}: it never called`)
  const before = bot.answers.length
  simulator.say(bot, { text, chatID: 7 })
  await vi.waitFor(() => expect(bot.answers.length, `an answer to '${text}'`).toBeGreaterThan(before), eventually)
  const answer = bot.answers[before]
  if (answer === undefined) throw new Error('Cannot find the answer')
  return answer
}
