// Finds the servers of the test control plane: KUBEBUILDER_ASSETS, the project's cache, a download, a build.

import { access, constants, readdir, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { buildFromModule } from './build.ts'
import { cached } from './cache.ts'
import { downloadReleases } from './download.ts'
import { allPrograms, type ProgramName, releaseName, requiredPrograms } from './versions.ts'

export interface FindOptions {
  env?: NodeJS.ProcessEnv
  /** Progress, one line each, for a person who waits. */
  say?(line: string): void
  /** Ways to fill an empty cache, tried in order. */
  sources?: readonly Source[]
}

export interface Source {
  name: string
  fill(into: string, options: { say(line: string): void }): Promise<void>
}

/** Path by program. kubectl is missing only when KUBEBUILDER_ASSETS holds everything else but not it. */
export type Binaries = Record<(typeof requiredPrograms)[number], string> & { kubectl?: string }

const defaultSources: readonly Source[] = [
  { name: 'download', fill: downloadReleases },
  { name: 'build', fill: buildFromModule },
]

/** Answers where the programs are, fetching or building them first if need be: seconds to minutes, once. */
export async function findBinaries(options: FindOptions = {}): Promise<Binaries> {
  const { env = process.env, say = sayOnStandardError, sources = defaultSources } = options
  const given = env.KUBEBUILDER_ASSETS === undefined ? {} : await programsIn(env.KUBEBUILDER_ASSETS)
  if (isComplete(given)) return given
  const directory = path.join(cacheDirectory(env), releaseName())
  await cached({ directory, say, fill: (into) => fillFromFirst(sources, into, say) })
  // The assets of envtest have no controller manager; what they have goes first.
  const found = { ...(await programsIn(directory)), ...given }
  if (isComplete(found)) return found
  throw new Error(`Cannot use the cached control plane: a program is missing in ${directory}; remove that folder`)
}

/** `BOTYARD_CONTROL_PLANE_CACHE`, else a folder in the user's cache. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  if (env.BOTYARD_CONTROL_PLANE_CACHE) return path.resolve(env.BOTYARD_CONTROL_PLANE_CACHE)
  return path.join(env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'botyard', 'control-plane')
}

async function fillFromFirst(sources: readonly Source[], into: string, say: (line: string) => void): Promise<void> {
  const failures: Error[] = []
  for (const { name, fill } of sources) {
    try {
      return await fill(into, { say })
    } catch (cause) {
      const failure = cause instanceof Error ? cause : new Error(String(cause))
      failures.push(failure)
      say(`no control plane by ${name}: ${innermostMessage(failure)}`)
      await emptyFolder(into)
    }
  }
  throw new AggregateError(failures, `Cannot get a control plane: ${failures.map(innermostMessage).join('; ')}`)
}

/** What a source left half done must not be taken for the work of the next. */
async function emptyFolder(directory: string): Promise<void> {
  for (const name of await readdir(directory)) await rm(path.join(directory, name), { recursive: true })
}

/** undici says only "fetch failed"; what failed is in the cause. */
function innermostMessage(error: Error): string {
  return error.cause instanceof Error && error.message === 'fetch failed' ? error.cause.message : error.message
}

async function programsIn(directory: string): Promise<Partial<Record<ProgramName, string>>> {
  const found: Partial<Record<ProgramName, string>> = {}
  for (const name of allPrograms) {
    const file = path.join(directory, name)
    if (await isExecutable(file)) found[name] = file
  }
  return found
}

function isComplete(found: Partial<Record<ProgramName, string>>): found is Binaries {
  return requiredPrograms.every((name) => found[name] !== undefined)
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function sayOnStandardError(line: string): void {
  process.stderr.write(`control plane: ${line}\n`)
}
