// Prometheus's own tool: the one that PROMTOOL names, the one on the PATH, or the one in Debian's package, of which nothing is
// installed: that would start a server.

import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { type Prepared, preparedFolder } from './prepared.ts'
import { ask, run } from './programs.ts'

/** What to type to have it. */
const remedy = 'needs the program promtool: apt-get install prometheus'

/** The program. */
export async function findPromtool(env: NodeJS.ProcessEnv = process.env): Promise<Prepared<string>> {
  const program = env.PROMTOOL || 'promtool'
  if ((await ask(program, ['--version'])) !== undefined) return { ready: program }
  if (env.PROMTOOL) throw new Error(`Cannot run ${env.PROMTOOL}, which PROMTOOL names`)
  // Its lists of packages say what is there, and by which checksum.
  if ((await ask('apt-cache', ['show', 'prometheus'])) === undefined) return { missing: remedy }
  try {
    const folder = await preparedFolder({ name: 'promtool', inputs: [import.meta.filename], fill: unpack })
    return { ready: path.join(folder, 'promtool') }
  } catch (error) {
    return { missing: `${remedy}. ${(error as Error).message}` }
  }
}

/** Only the one program: the package is twice as large. */
async function unpack(into: string): Promise<void> {
  const whole = path.join(into, 'package')
  await mkdir(whole)
  const patience = ['-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20']
  await run('apt-get', ['download', '--quiet=2', ...patience, 'prometheus'], whole)
  const [archive = ''] = (await readdir(whole)).filter((name) => name.endsWith('.deb'))
  await run('dpkg-deb', ['--extract', archive, 'content'], whole)
  await rename(path.join(whole, 'content/usr/bin/promtool'), path.join(into, 'promtool'))
  await rm(whole, { recursive: true })
}
