// Ends processes when the one that started them is gone, however that happened: a signal, kill -9.

import { spawn } from 'node:child_process'
import { Socket } from 'node:net'

export interface Guard {
  /** Which processes there are now, instead of those before. */
  watch(pids: readonly number[]): void
  /** Nothing is left to guard. Resolves when the guard is gone. */
  end(): Promise<void>
}

// Reads the process ids to end, one list a line; the last line counts. Its input ends when the parent dies, however that
// happened, because the kernel closes the pipe. A clean stop sends an empty list before.
const script = `
while read -r line; do ids=$line; done
[ -n "$ids" ] || exit 0
kill -9 $ids
[ -z "$1" ] || rm -rf "$1" || { sleep 1; rm -rf "$1"; }
`

/** `directory` is removed, too, when the parent dies without ending the guard. */
export function createGuard(directory = ''): Guard {
  // Detached: Ctrl-C in a terminal reaches the whole foreground group, and the guard must outlive it.
  const guard = spawn('/bin/sh', ['-c', script, 'guard', directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.stdin.on('error', () => {})
  guard.unref()
  // A pipe to a child is a socket to Node; like the guard it must not keep a finished script alive.
  if (guard.stdin instanceof Socket) guard.stdin.unref()
  const gone = new Promise<void>((resolve) => guard.once('exit', () => resolve()).once('error', () => resolve()))
  return {
    watch: (pids) => void guard.stdin.write(`${pids.join(' ')}\n`),
    end() {
      guard.ref()
      guard.stdin.end('\n')
      return gone
    },
  }
}
