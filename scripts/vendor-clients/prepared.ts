// Folders with what real clients need, each named after what went into it, so that a change makes a new one.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { cached } from '../control-plane/cache.ts'

/** A client that is ready to run, or why it cannot be had on this machine: the reason that a skipped test shows. */
export type Prepared<T> = { ready: T; missing?: undefined } | { ready?: undefined; missing: string }

export interface Preparation {
  /** What the folder's name begins with. */
  name: string
  /** Files that decide what is in the folder. */
  inputs: readonly string[]
  /** More that decides it, such as the version of a compiler. */
  more?: string
  fill(into: string): Promise<void>
}

/** Fills the folder unless it is there, and answers its path. Tests that ask at the same time wait for each other. */
export async function preparedFolder({ name, inputs, more = '', fill }: Preparation): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${more}`)
  for (const input of inputs) hash.update(await readFile(input))
  const directory = path.join(cacheDirectory(), `${name}-${hash.digest('hex').slice(0, 12)}`)
  return cached({
    directory,
    say,
    async fill(into) {
      say(`preparing ${name}, once`)
      await fill(into)
    },
  })
}

const cacheDirectory = (): string =>
  path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'botyard', 'vendor-clients')

function say(line: string): void {
  process.stderr.write(`vendor clients: ${line}\n`)
}
