// Tokens and the accounts that they reach. Several tokens may reach one account: its marker's id tells.

import type { Clock } from '../../clock.ts'
import { createAccountSet } from './account-set.ts'
import type { AccountState } from './account-state.ts'
import { createBreaker } from './breaker.ts'
import { createBudget } from './budget.ts'
import type { Connect } from './client.ts'
import type { Connection, TokenFact } from './exchange.ts'
import type { Identity } from './identity.ts'
import type { AccountIntervals } from './intervals.ts'
import { createProof } from './proof.ts'
import { createSharedReads } from './shared-reads.ts'
import { createTokens, type TokenEntry, type Tokens } from './tokens.ts'

export interface RegistryDeps {
  clock: Clock
  random: () => number
  connect: Connect
  identity: Identity
  intervals: AccountIntervals
  budgetReserve: number
  onChange(uid: string): void
}

export interface Registry {
  readonly tokens: Tokens
  /** The account of a token that a call has proven not long ago. */
  provenAccount(entry: TokenEntry): AccountState | undefined
  /** The account of a token that has just found this marker, or none. */
  adopt(entry: TokenEntry, markerID: number | undefined): AccountState
  /** Two states that turn out to be one Hetzner project become one. */
  unify(state: AccountState): void
  release(holder: string): void
  start(): void
  stop(): void
}

export function createRegistry(deps: RegistryDeps): Registry {
  const { clock, onChange } = deps
  const entriesOf = (account: AccountState) => tokens.all().filter((entry) => entry.account === account)
  const reads = createSharedReads({ ...deps, entriesOf })
  const accounts = createAccountSet({ ...deps, reads, entriesOf })
  const tokens: Tokens = createTokens({
    create: (key, token) => createEntry({ ...deps, key, token, learn }),
    dropped: accounts.dropUnused,
    left: ({ uid }, entry) => entry.account?.actions.release(uid),
  })

  function learn(entry: TokenEntry, fact: TokenFact): void {
    const isNews = factHandlers[fact](entry, { clock, tokens })
    // Its credentials step says so; others who share the token hear it without running into it.
    if (isNews) for (const uid of entry.holders.keys()) onChange(uid)
  }

  function move(entry: TokenEntry, account: AccountState): void {
    const before = entry.account
    entry.account = account
    if (before === undefined || before === account) return
    // What the other state knew of their own writes is lost, so nothing listed so far speaks for them (R12).
    for (const uid of entry.holders.keys()) account.writes.touch(uid)
    accounts.dropUnused()
  }

  return {
    tokens,
    provenAccount(entry) {
      const { account, provenAt } = entry
      if (account === undefined || provenAt === undefined) return undefined
      // Every token has its turn within as many sweeps as there are tokens; two more may fail.
      const goodFor = account.inventory.interval() * (entriesOf(account).length + 2)
      return clock.monotonic() - provenAt <= goodFor ? account : undefined
    },
    adopt(entry, markerID) {
      const account = accounts.withMarker(markerID) ?? entry.account ?? accounts.create(entry, markerID)
      if (account.markerID !== markerID) account.isMarkerEnsured = false
      account.markerID = markerID
      move(entry, account)
      entry.provenAt = clock.monotonic()
      return account
    },
    unify(state) {
      const other = accounts.withMarker(state.markerID, state)
      if (other !== undefined) for (const entry of entriesOf(state)) move(entry, other)
    },
    release(holder) {
      for (const { holders, account } of tokens.all()) if (holders.has(holder)) account?.writes.forget(holder)
      tokens.release(holder)
    },
    start: accounts.start,
    stop: accounts.stop,
  }
}

interface EntryDeps extends RegistryDeps {
  key: string
  token: string
  learn(entry: TokenEntry, fact: TokenFact): void
}

function createEntry({ clock, random, budgetReserve: reserve, key, token, learn }: EntryDeps): TokenEntry {
  // Until its account is known, a token spends and fails on its own.
  const own = { budget: createBudget({ clock, random, reserve }), breaker: createBreaker({ clock, random }) }
  const connection: Connection = {
    token,
    get accountID() {
      return entry.account?.id
    },
    get budget() {
      return (entry.account ?? own).budget
    },
    get breaker() {
      return (entry.account ?? own).breaker
    },
    learn: (fact) => learn(entry, fact),
  }
  const entry: TokenEntry = {
    key,
    connection,
    proof: createProof(clock),
    holders: new Map(),
    account: undefined,
    provenAt: undefined,
    isRejected: false,
  }
  return entry
}

/** Each notes one fact about a token, and answers whether its holders should hear of it. */
const factHandlers: Record<TokenFact, (entry: TokenEntry, world: { clock: Clock; tokens: Tokens }) => boolean> = {
  accepted(entry, { clock }) {
    entry.isRejected = false
    if (entry.account !== undefined) entry.provenAt = clock.monotonic()
    return false
  },
  rejected(entry) {
    const wasProven = entry.provenAt !== undefined
    entry.isRejected = true
    entry.provenAt = undefined
    return wasProven
  },
  readOnly(entry, { tokens }) {
    const isNews = !tokens.isReadOnly(entry)
    tokens.markReadOnly(entry)
    return isNews
  },
}
