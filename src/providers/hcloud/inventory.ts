// The sweeps of one account: every server of this cluster each interval, its Primary IPs every tenth time. They notice
// what changes behind our back, and keep every token proven by taking turns with them.

import { type CancelTimer, type Clock, type Duration, hours, seconds } from '../../clock.ts'

/** Sweeps may spend this share of the request budget. */
const shareOfBudget = 0.25
const sweepsPerAddressList = 10

export interface InventoryDeps {
  clock: Clock
  random: () => number
  /** The steady interval; it grows when the lists get long. */
  interval: Duration
  /** Pages of one list of servers. */
  pages(): number
  /** Requests per hour. */
  budgetLimit(): number
  /** Reads the list into its cache through the token whose turn it is. Failures are the caller's to tell of. */
  sweepServers(): Promise<void>
  sweepPrimaryIPs(): Promise<void>
}

export interface Inventory {
  start(): void
  stop(): void
  /** Somebody has just read the whole list of servers: the next sweep can wait. */
  serversListed(): void
  primaryIPsListed(): void
  /** Between two sweeps, now. */
  interval(): Duration
}

export function createInventory(deps: InventoryDeps): Inventory {
  const { clock, random } = deps
  let cancelTimer: CancelTimer | undefined
  let isStarted = false
  let isSweeping = false
  let sweepsUntilAddresses = sweepsPerAddressList

  function interval(): Duration {
    // Servers in each sweep and a tenth of a list of addresses as long.
    const callsPerSweep = deps.pages() * (1 + 1 / sweepsPerAddressList)
    const affordable = (callsPerSweep * hours(1)) / (deps.budgetLimit() * shareOfBudget)
    return Math.max(deps.interval, affordable)
  }

  function schedule(after: Duration): void {
    cancelTimer?.()
    cancelTimer = isStarted && !isSweeping ? clock.schedule(after, () => void sweep()) : undefined
  }

  async function sweep(): Promise<void> {
    cancelTimer = undefined
    isSweeping = true
    try {
      await deps.sweepServers()
      if (sweepsUntilAddresses <= 0) await deps.sweepPrimaryIPs()
    } catch {
      // Nothing was learnt, nothing is concluded. The next turn is soon enough.
    } finally {
      isSweeping = false
      schedule(interval())
    }
  }

  return {
    start() {
      if (isStarted) return
      isStarted = true
      // Spread, so that the accounts of one operator do not sweep in step.
      schedule(Math.min(deps.interval, seconds(30)) * random())
    },
    stop() {
      isStarted = false
      cancelTimer?.()
      cancelTimer = undefined
    },
    serversListed() {
      sweepsUntilAddresses -= 1
      if (isStarted && !isSweeping) schedule(interval())
    },
    primaryIPsListed() {
      sweepsUntilAddresses = sweepsPerAddressList
    },
    interval,
  }
}
