// What the holders of one Hetzner project share: budget, inventory, action poll, catalog. Which token a call goes through
// is decided elsewhere; here it only matters that one does.

import type { Clock } from '../../clock.ts'
import type { PlacementMemory } from './account.ts'
import { type ActionPoll, createActionPoll } from './action-poll.ts'
import type { Breaker } from './breaker.ts'
import type { Budget } from './budget.ts'
import { type CachedList, createCachedList } from './cached-list.ts'
import { type CatalogCache, createCatalogCache } from './catalog.ts'
import { pageSize } from './client.ts'
import type { Action, PrimaryIP, Server } from './domain.ts'
import type { AccountIntervals } from './intervals.ts'
import { createInventory, type Inventory } from './inventory.ts'
import { createPlacementMemory } from './placement-memory.ts'
import { printPrimaryIP } from './primary-ips.ts'
import { isSettledServer, printServer } from './servers.ts'
import { createWrites, type Writes } from './write-log.ts'

export interface AccountState {
  readonly id: string
  markerID: number | undefined
  /** The marker was found or made, and mended, by this process, and nothing was seen since that says otherwise. */
  isMarkerEnsured: boolean
  /** One look or make for all who ask at once. */
  ensuringMarker: Promise<number> | undefined
  readonly budget: Budget
  readonly breaker: Breaker
  readonly writes: Writes
  readonly servers: CachedList<Server>
  readonly primaryIPs: CachedList<PrimaryIP>
  readonly actions: ActionPoll
  readonly inventory: Inventory
  readonly catalog: CatalogCache
  readonly placement: PlacementMemory
}

export interface AccountStateDeps {
  id: string
  markerID: number | undefined
  clock: Clock
  random: () => number
  uidLabel: string
  intervals: AccountIntervals
  budget: Budget
  breaker: Breaker
  onChange(uid: string): void
  /** Reads through a token of this account. They throw when none is left or Hetzner does not answer. */
  reads: {
    sweepServers(account: AccountState): Promise<void>
    sweepPrimaryIPs(account: AccountState): Promise<void>
    actions(account: AccountState, ids: readonly number[]): Promise<readonly Action[]>
  }
}

/** Lists that are older than so many intervals do not speak. */
const intervalsToStale = 3
const sweepsPerAddressList = 10

export function createAccountState(deps: AccountStateDeps): AccountState {
  const { clock, random, intervals, reads, onChange } = deps
  const writes = createWrites({ clock, drain: intervals.drain })
  const uidOf = (item: { labels: Readonly<Record<string, string>> }) => item.labels[deps.uidLabel]

  const servers: CachedList<Server> = createCachedList<Server>({
    clock,
    writes: writes.servers,
    uidOf,
    print: printServer,
    isSettled: isSettledServer,
    lag: intervals.listLag,
    onChange,
    onListed: () => inventory.serversListed(),
    maxAge: () => inventory.interval() * intervalsToStale,
    onDifference(before, after) {
      const lostMarker = (server?: Server) => server?.firewallIDs.includes(account.markerID ?? Number.NaN) === true
      if (after !== undefined && lostMarker(before) && !lostMarker(after)) account.isMarkerEnsured = false
    },
  })
  const primaryIPs = createCachedList<PrimaryIP>({
    clock,
    writes: writes.primaryIPs,
    uidOf,
    print: printPrimaryIP,
    lag: intervals.listLag,
    onChange,
    onListed: () => inventory.primaryIPsListed(),
    maxAge: () => inventory.interval() * sweepsPerAddressList * intervalsToStale,
  })
  const inventory = createInventory({
    clock,
    random,
    interval: intervals.sweep,
    pages: () => Math.max(1, Math.ceil(servers.size / pageSize)),
    budgetLimit: () => deps.budget.limit,
    sweepServers: () => reads.sweepServers(account),
    sweepPrimaryIPs: () => reads.sweepPrimaryIPs(account),
  })
  const account: AccountState = {
    id: deps.id,
    markerID: deps.markerID,
    isMarkerEnsured: false,
    ensuringMarker: undefined,
    budget: deps.budget,
    breaker: deps.breaker,
    writes,
    servers,
    primaryIPs,
    actions: createActionPoll({
      clock,
      interval: intervals.actionPoll,
      read: (ids) => reads.actions(account, ids),
      wake(uid) {
        // The end of an action changes the world as an own write does: what was listed before it is old news (R12).
        writes.touch(uid)
        onChange(uid)
      },
    }),
    inventory,
    catalog: createCatalogCache(clock),
    placement: createPlacementMemory({ clock, random, memory: intervals.soldOutMemory }),
  }
  return account
}
