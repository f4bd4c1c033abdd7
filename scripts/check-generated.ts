// Generates everything anew and says which files were out of date. Compares with the files as they lie there, not with the
// last commit, so that it also works in the middle of a change.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const before = fingerprints()
execFileSync('npm', ['run', '--silent', 'generate'], { stdio: 'inherit' })
const after = fingerprints()

const changed = [...new Set([...before.keys(), ...after.keys()])].filter((file) => before.get(file) !== after.get(file))
if (changed.length > 0) {
  process.stderr.write(`Out of date: ${changed.join(', ')}\nThey are generated anew now; commit them.\n`)
  process.exitCode = 1
}

/** A hash of each file that git knows or would add. */
function fingerprints(): Map<string, string> {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  })
  return new Map(list.split('\0').flatMap((file) => fingerprint(file)))
}

function fingerprint(file: string): [string, string][] {
  try {
    return [[file, createHash('sha256').update(readFileSync(file)).digest('hex')]]
  } catch {
    return [] // The name after the last separator, or a file that was removed and not yet committed.
  }
}
