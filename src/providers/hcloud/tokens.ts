// Which token each holder came with. Tokens stay in memory only while a holder refers to them; what must outlive them is
// remembered under a keyed hash.

import { createHmac, randomBytes } from 'node:crypto'
import type { AccountState } from './account-state.ts'
import type { Connection } from './exchange.ts'
import type { Proof } from './proof.ts'
import type { RecordedIDs } from './recorded-ids.ts'

export interface TokenEntry {
  readonly key: string
  readonly connection: Connection
  readonly proof: Proof
  readonly holders: Map<string, Holder>
  /** The account that it is known to reach. */
  account: AccountState | undefined
  /** Monotonic time of the last call of this account that Hetzner accepted; undefined after a 401. */
  provenAt: number | undefined
  /** The last answer was 401. */
  isRejected: boolean
}

export interface Holder {
  readonly uid: string
  recorded: RecordedIDs
  /** Where its recorded ids were read with this token. */
  provenIn: AccountState | undefined
}

export interface Tokens {
  /** Notes that this holder comes with this token. One that it came with before stays until `settle`. */
  hold(holder: string, token: string, recorded: RecordedIDs): { entry: TokenEntry; holder: Holder }
  /** The holder's new token is known to work, or not: the old one is no longer needed to keep its account alive. */
  settle(holder: string, entry: TokenEntry): void
  release(holder: string): void
  all(): readonly TokenEntry[]
  markReadOnly(entry: TokenEntry): void
  isReadOnly(entry: TokenEntry): boolean
}

export interface TokensDeps {
  create(key: string, token: string): TokenEntry
  /** The last holder of a token has gone. */
  dropped(entry: TokenEntry): void
  /** A holder left this token's account, for another token or for good. */
  left(holder: Holder, entry: TokenEntry): void
}

/** Enough for every token of a large cluster, and a bound on a careless loop. */
const mostReadOnly = 10_000

export function createTokens({ create, dropped, left }: TokensDeps): Tokens {
  const entries = new Map<string, TokenEntry>()
  const readOnly = new Set<string>()
  // Of this process only: a hash that leaked from a dump could not be tried against guessed tokens elsewhere.
  const hashKey = randomBytes(32)
  const keyOf = (token: string) => createHmac('sha256', hashKey).update(token).digest('base64url')

  function leave(uid: string, entry: TokenEntry): void {
    const holder = entry.holders.get(uid)
    if (holder === undefined) return
    entry.holders.delete(uid)
    left(holder, entry)
    if (entry.holders.size > 0) return
    entries.delete(entry.key)
    dropped(entry)
  }

  return {
    hold(uid, token, recorded) {
      const key = keyOf(token)
      const entry = entries.get(key) ?? create(key, token)
      entries.set(key, entry)
      const holder = entry.holders.get(uid) ?? { uid, recorded, provenIn: undefined }
      holder.recorded = recorded
      entry.holders.set(uid, holder)
      return { entry, holder }
    },
    settle(uid, kept) {
      for (const entry of entries.values()) if (entry !== kept) leave(uid, entry)
    },
    release(uid) {
      for (const entry of entries.values()) leave(uid, entry)
    },
    all: () => [...entries.values()],
    markReadOnly(entry) {
      if (readOnly.size >= mostReadOnly) readOnly.clear()
      readOnly.add(entry.key)
    },
    isReadOnly: (entry) => readOnly.has(entry.key),
  }
}
