// Which shared libraries a program needs, as the system's own loader finds them.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Absolute paths, the loader among them; empty for a static program. Throws when one is missing. */
export async function sharedLibrariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [program]).catch((cause: Error & { stderr?: string }) => {
    // ldd ends with 1 for a static program, and says so.
    if (cause.stderr?.includes('not a dynamic executable')) return { stdout: '' }
    throw new Error(`Cannot list the libraries of ${program}: ${cause.message}`, { cause })
  })
  return parseLibraries(stdout)
}

/** Reads what ldd prints: `name => /path (address)`, `/path (address)` for the loader, no path for what the kernel maps in. */
export function parseLibraries(text: string): string[] {
  const missing = [...text.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name)
  if (missing.length > 0) throw new Error(`Cannot find the shared libraries ${missing.join(', ')}: install them`)
  return [...text.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path]) => path as string)
}
