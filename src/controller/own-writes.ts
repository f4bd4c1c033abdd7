// Keeps a key from being reconciled on a view that is older than what was last written to it.

import type { Clock, Duration } from '../clock.ts'
import { seconds } from '../clock.ts'

export interface OwnWrites {
  /** To be told after each write, with the version that the API server answered. */
  wrote(key: string, resourceVersion: string): void
  /** How long to wait before the key is worth a look; undefined: the store has seen our last write. */
  holdBack(key: string): Duration | undefined
}

export interface OwnWritesDeps {
  readonly clock: Clock
  /** The last version that the cache of the same kind has seen, bookmarks included. */
  readonly seen: () => string | undefined
  /** Between two looks. */
  readonly pause?: Duration
  /** A cache that does not catch up within this time holds nothing back: a stale write only earns a Conflict. */
  readonly cap?: Duration
}

export function createOwnWrites({ clock, seen, pause = 50, cap = seconds(10) }: OwnWritesDeps): OwnWrites {
  const writes = new Map<string, { version: bigint; until: number }>()
  return {
    wrote(key, resourceVersion) {
      writes.set(key, { version: BigInt(resourceVersion), until: clock.monotonic() + cap })
    },
    holdBack(key) {
      const write = writes.get(key)
      if (write === undefined) return undefined
      // Versions of one kind are ordered; they outgrow a double, hence BigInt.
      if (BigInt(seen() ?? 0) < write.version && clock.monotonic() < write.until) return pause
      writes.delete(key)
      return undefined
    },
  }
}
