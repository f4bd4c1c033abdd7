// The accounts that some token reaches, each once.

import type { Clock } from '../../clock.ts'
import { type AccountState, createAccountState } from './account-state.ts'
import type { Identity } from './identity.ts'
import type { AccountIntervals } from './intervals.ts'
import type { SharedReads } from './shared-reads.ts'
import type { TokenEntry } from './tokens.ts'

export interface AccountSetDeps {
  clock: Clock
  random: () => number
  identity: Identity
  intervals: AccountIntervals
  reads: SharedReads
  onChange(uid: string): void
  entriesOf(account: AccountState): readonly TokenEntry[]
}

export interface AccountSet {
  /** A new account takes over what its first token has spent. */
  create(entry: TokenEntry, markerID: number | undefined): AccountState
  withMarker(id: number | undefined, except?: AccountState): AccountState | undefined
  /** Ends and forgets those that no token reaches any more. */
  dropUnused(): void
  start(): void
  stop(): void
}

export function createAccountSet(deps: AccountSetDeps): AccountSet {
  const accounts = new Set<AccountState>()
  let isStarted = false
  let created = 0

  function start(account: AccountState): void {
    account.inventory.start()
    account.actions.start()
  }

  function stop(account: AccountState): void {
    account.inventory.stop()
    account.actions.stop()
  }

  return {
    create({ connection: { budget, breaker } }, markerID) {
      created += 1
      const id = `account-${created}`
      const account = createAccountState({ ...deps, id, markerID, uidLabel: deps.identity.uidLabel, budget, breaker })
      accounts.add(account)
      if (isStarted) start(account)
      return account
    },
    withMarker: (id, except) =>
      id === undefined ? undefined : [...accounts].find((account) => account.markerID === id && account !== except),
    dropUnused() {
      for (const account of accounts) {
        if (deps.entriesOf(account).length > 0) continue
        stop(account)
        accounts.delete(account)
      }
    },
    start() {
      isStarted = true
      for (const account of accounts) start(account)
    },
    stop() {
      isStarted = false
      for (const account of accounts) stop(account)
    },
  }
}
