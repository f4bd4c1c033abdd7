// The vendor's command line program: the one that HCLOUD_CLI names, or the one on the PATH, as Debian packages it.

import type { Prepared } from './prepared.ts'
import { ask } from './programs.ts'

export interface HcloudCLI {
  program: string
  /** Debian's 1.30 orders an address with a data center and a subnet with a gateway: words that are refused today. */
  isCurrent: boolean
}

/** Not fetched: the module proxy does not have it everywhere, and Debian does. */
export async function findHcloudCLI(env: NodeJS.ProcessEnv = process.env): Promise<Prepared<HcloudCLI>> {
  const program = env.HCLOUD_CLI || 'hcloud'
  // Debian's does not know its own version, so it is asked what it can do.
  const help = await ask(program, ['primary-ip', 'create', '--help'])
  if (help !== undefined) return { ready: { program, isCurrent: help.includes('--location') } }
  if (env.HCLOUD_CLI) throw new Error(`Cannot run ${env.HCLOUD_CLI}, which HCLOUD_CLI names`)
  return { missing: 'needs the program hcloud: apt-get install hcloud-cli' }
}
