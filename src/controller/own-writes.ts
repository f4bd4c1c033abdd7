// Keeps a key from being reconciled on a view that is older than what was last written to it.

import { type Clock, type Duration, seconds } from '../clock.ts'
import { isOlder } from './resource-version.ts'

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
}

/** As a rule the watch tells of a write within milliseconds; when it does not, asking often would not help. */
const firstPause: Duration = 5
const longestPause: Duration = 100
/** A cache that does not catch up within this time holds nothing back: a stale write only earns a Conflict. */
const cap = seconds(10)

interface Write {
  readonly version: string
  readonly until: number
  pause: Duration
}

export function createOwnWrites({ clock, seen }: OwnWritesDeps): OwnWrites {
  const writes = new Map<string, Write>()

  function isBehind({ version }: Write): boolean {
    const at = seen()
    return at === undefined || isOlder(at, version)
  }

  return {
    wrote(key, resourceVersion) {
      writes.set(key, { version: resourceVersion, until: clock.monotonic() + cap, pause: firstPause })
    },
    holdBack(key) {
      const write = writes.get(key)
      if (write === undefined) return undefined
      if (!isBehind(write) || clock.monotonic() >= write.until) {
        writes.delete(key)
        return undefined
      }
      const { pause } = write
      write.pause = Math.min(2 * pause, longestPause)
      return pause
    },
  }
}
