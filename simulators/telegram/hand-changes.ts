// Changes that somebody with the token makes by hand at Telegram, as a fault plan words them.

import type { HandChange } from '../kit/fault.ts'
import type { TelegramSimulator } from './simulator.ts'

export type TelegramHandChange = Extract<HandChange, { kind: 'changeWebhook' | 'deleteWebhook' | 'revokeBotToken' }>

/** Returns how many bots were meant. Rejects with a BotApiError when Telegram refuses the webhook. */
export async function changeByHand(telegram: TelegramSimulator, change: TelegramHandChange): Promise<number> {
  const meant = telegram.registry.list().filter(({ id }) => change.bot === '*' || change.bot === String(id))
  for (const bot of meant) {
    if (change.kind === 'revokeBotToken') telegram.registry.revoke(bot.id)
    else await telegram.changeWebhook(bot, parametersOf(change))
  }
  return meant.length
}

function parametersOf(change: Exclude<TelegramHandChange, { kind: 'revokeBotToken' }>): Map<string, string> {
  if (change.kind === 'deleteWebhook') return new Map()
  const { url, ipAddress } = change
  return new Map([['url', url], ...(ipAddress === undefined ? [] : [['ip_address', ipAddress] as const])])
}
