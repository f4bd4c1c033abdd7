// The vendor's command line program: the one that HCLOUD_CLI names, or the one on the PATH, as Debian packages it.

import type { Prepared } from './prepared.ts'
import { ask } from './programs.ts'

export interface HcloudCLI {
  program: string
  /** `1.30.3`; its output differs a little from release to release. */
  version: string
}

export async function findHcloudCLI(env: NodeJS.ProcessEnv = process.env): Promise<Prepared<HcloudCLI>> {
  const program = env.HCLOUD_CLI || 'hcloud'
  const [, version] = /(\d+\.\d+\.\d+)/.exec((await ask(program, ['version'])) ?? '') ?? []
  if (version !== undefined) return { ready: { program, version } }
  if (env.HCLOUD_CLI) throw new Error(`Cannot run ${env.HCLOUD_CLI}, which HCLOUD_CLI names`)
  return { missing: 'needs the program hcloud: apt-get install hcloud-cli' }
}
