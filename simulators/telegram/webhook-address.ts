// Where a webhook's host is: looked up when it is set, and again about every half hour, because names move.

import { isIP } from 'node:net'
import type { Clock } from '../kit/clock.ts'
import type { Webhook } from './bot.ts'
import { badWebhook } from './bot-api-error.ts'
import { problemOfAddress } from './webhook-rules.ts'

export interface AddressDeps {
  /** An address of a host name, IPv4 if there is one; rejects with the resolver's words. */
  resolve(host: string): Promise<string>
  /** Lab switch: loopback and private addresses are taken too. */
  allowReserved: boolean
}

/** Throws BotApiError 400 when there is none, or none that may be used. */
export async function addressOf(
  { host, ...webhook }: Webhook,
  { resolve, allowReserved }: AddressDeps,
): Promise<string> {
  const known = webhook.fixedIPAddress ? webhook.ipAddress : isIP(host) !== 0 ? host : undefined
  const address = known ?? (await resolve(host).catch(refuse))
  const problem = problemOfAddress(address, { allowReserved })
  if (problem !== undefined) throw badWebhook(problem)
  return address
}

function refuse(error: unknown): never {
  const { code } = error as NodeJS.ErrnoException
  const temporary = code === 'EAI_AGAIN' || code === 'ETIMEOUT'
  const why = temporary ? 'Temporary failure in name resolution' : 'Name or service not known'
  throw badWebhook(`Failed to resolve host: ${why}`)
}

export interface WatchDeps extends AddressDeps {
  clock: Clock
  /** Uniform in [0, 1). */
  random(): number
  /** Whether the webhook is still the bot's own. */
  isCurrent(): boolean
}

const halfHourMs = 30 * 60_000

/** Updates follow the name. While it leads nowhere, the last good address stays. The answer ends the watch. */
export function watchAddress(webhook: Webhook, deps: WatchDeps): () => void {
  const { clock, random, isCurrent } = deps
  let cancelTimer = () => {}
  if (webhook.fixedIPAddress || isIP(webhook.host) !== 0) return cancelTimer
  const look = async (): Promise<void> => {
    webhook.ipAddress = await addressOf(webhook, deps).catch(() => webhook.ipAddress)
    wait()
  }
  const wait = (): void => {
    if (!isCurrent()) return
    cancelTimer = clock.schedule(halfHourMs * (1 + random() / 10), () => void look())
  }
  wait()
  return () => cancelTimer()
}
