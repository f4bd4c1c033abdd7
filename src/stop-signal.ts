// The wish to stop, heard from the first moment: process 1 of a container ignores SIGTERM until somebody listens, so
// main.ts imports this before everything that takes time to load.

const stopping = new AbortController()

for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.on(name, () => {
    if (stopping.signal.aborted) process.exit(1)
    stopping.abort(new DOMException(`${name} received`, 'AbortError'))
  })
}

/** Aborted by the first SIGTERM or SIGINT, which stops cleanly; a second one ends the process. */
export const stopSignal: AbortSignal = stopping.signal
