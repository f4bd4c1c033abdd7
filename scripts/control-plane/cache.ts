// A folder that is filled once, however many processes ask for it at the same time. The rename makes it right (nobody sees
// half a folder); the lock only saves work (nobody builds what another is building).

import { mkdir, mkdtemp, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface CacheOptions {
  /** The folder to fill. Its parent is created. */
  directory: string
  /** Writes the content into an empty folder; what it throws is passed on and leaves nothing behind. */
  fill(into: string): Promise<void>
  say?(line: string): void
  /** How long a lock lives without a sign of its owner, in milliseconds. */
  staleAfter?: number
  pollInterval?: number
}

/** Fills the folder unless it is there, and answers its path. */
export async function cached(options: CacheOptions): Promise<string> {
  const { directory } = options
  if (await exists(directory)) return directory
  await mkdir(path.dirname(directory), { recursive: true })
  const release = await acquireLock(`${directory}.lock`, options)
  try {
    if (await exists(directory)) return directory
    await removeAbandoned(directory)
    await fillAtomically(options)
  } finally {
    await release()
  }
  return directory
}

/** What a killed process left half filled an hour ago or more. */
async function removeAbandoned(directory: string): Promise<void> {
  const parent = path.dirname(directory)
  const names = await readdir(parent)
  for (const name of names.filter((each) => each.startsWith(`${path.basename(directory)}.partial-`))) {
    const file = path.join(parent, name)
    if (await isOlderThan(file, 3_600_000)) await rm(file, { recursive: true, force: true })
  }
}

async function fillAtomically({ directory, fill }: CacheOptions): Promise<void> {
  const temporary = await mkdtemp(`${directory}.partial-`)
  try {
    await fill(temporary)
    await rename(temporary, directory)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    // Another process won, which can only be when it took our lock for dead: its folder is as good as ours.
    if (isCode(error, 'ENOTEMPTY', 'EEXIST') && (await exists(directory))) return
    throw error
  }
}

/** Waits for the lock file and keeps its time fresh until it is released. */
async function acquireLock(file: string, options: CacheOptions): Promise<() => Promise<void>> {
  const { staleAfter = 15_000, pollInterval = 250, say } = options
  let waiting = false
  while (!(await createFile(file))) {
    if (!waiting) say?.(`waiting for another process that prepares ${path.basename(options.directory)}`)
    waiting = true
    if (await isOlderThan(file, staleAfter)) await rm(file, { force: true })
    await delay(pollInterval)
  }
  const heartbeat = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => {}), staleAfter / 5)
  heartbeat.unref()
  return async () => {
    clearInterval(heartbeat)
    await rm(file, { force: true })
  }
}

async function createFile(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx')
    await handle.close()
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

async function isOlderThan(file: string, age: number): Promise<boolean> {
  const found = await stat(file).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > age
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
