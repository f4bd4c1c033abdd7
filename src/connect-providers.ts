// Hetzner, Telegram and the probe, each with sockets of its own: one that hangs never holds the others'.

import { Agent } from 'undici'
import { type Clock, seconds } from './clock.ts'
import type { Config } from './config.ts'
import type { Fence } from './leadership/fence.ts'
import { gatedFetch, settledConnector } from './leadership/socket-gate.ts'
import { createAccounts } from './providers/hcloud/create-accounts.ts'
import { createProbe } from './providers/probe/probe.ts'
import { createBots } from './providers/telegram/bot.ts'
import { accountIdentity } from './reconcilers/account-identity.ts'
import type { Metrics } from './serving/metrics.ts'

export interface ProvidersDeps {
  config: Config
  clock: Clock
  /** 0 ≤ n < 1. */
  random: () => number
  metrics: Metrics
  fence: Fence
  clusterID: string
  redact: (text: string) => string
  /** Something of this Project has changed at Hetzner. */
  onChange: (uid: string) => void
}

export function connectProviders(deps: ProvidersDeps) {
  const { config, clock, random, metrics, fence, clusterID, redact, onChange } = deps
  const newAgent = () => new Agent({ allowH2: false, connect: settledConnector({ timeout: seconds(10) }) })
  const agents = { hcloud: newAgent(), telegram: newAgent() }
  const { allowance } = fence
  const accounts = createAccounts({
    endpoint: config.hcloudEndpoint,
    fetch: gatedFetch({ agent: agents.hcloud, clock, fence }),
    ...{ allowance, clock, random, redact, onChange, metrics },
    identity: accountIdentity(clusterID),
    intervals: { ...config.intervals, drain: config.drain },
    budgetReserve: config.budgetReserve,
  })
  const bots = createBots({
    endpoint: config.telegramEndpoint,
    fetch: gatedFetch({ agent: agents.telegram, clock, fence }),
    ...{ allowance, clock },
  })
  const probe = createProbe({ allowRanges: config.allowProbeRanges, clock })
  return { accounts, bots, probe, close: () => Promise.all([agents.hcloud.destroy(), agents.telegram.destroy()]) }
}
