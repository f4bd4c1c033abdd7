// A file that is rotated under us, such as a service-account token: read again when the last look is old.

import { readFile } from 'node:fs/promises'
import { type Clock, type Duration, minutes } from '../clock.ts'

export interface RotatingFile {
  /** Its content without white space at both ends. Rejects only if it could never be read. */
  read(): Promise<string>
  /** The next read looks at the file. */
  drop(): void
}

export function createRotatingFile(path: string, options: { clock: Clock; maxAge?: Duration }): RotatingFile {
  const { clock, maxAge = minutes(1) } = options
  let content: string | undefined
  let readAt = 0
  let isFresh = false

  async function look(): Promise<string> {
    content = (await readFile(path, 'utf8')).trim()
    readAt = clock.monotonic()
    isFresh = true
    return content
  }

  return {
    async read() {
      if (content !== undefined && isFresh && clock.monotonic() - readAt < maxAge) return content
      try {
        return await look()
      } catch (cause) {
        // The old content may serve for a while yet; if not, the server says so.
        if (content !== undefined) return content
        throw new Error(`Cannot read ${path}`, { cause })
      }
    },
    drop() {
      isFresh = false
    },
  }
}
