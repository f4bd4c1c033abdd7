// Ctrl-C as a signal that everything here waits with, so that what was started is stopped. A second one does not wait.

/** Why a run ended early; `exitCode` is what shells expect after such a signal. */
export class Interrupted extends Error {
  readonly exitCode: number
  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super('Interrupted')
    this.exitCode = signal === 'SIGINT' ? 130 : 143
  }
}

/** Aborts with an `Interrupted` at the first SIGINT or SIGTERM. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      const reason = new Interrupted(name)
      // Children are killed, and the control plane's guard ends it, whenever this process ends.
      if (controller.signal.aborted) process.exit(reason.exitCode)
      controller.abort(reason)
    })
  }
  // Whoever reads the output has left, as `head` does.
  process.stdout.on('error', () => controller.abort(new Interrupted('SIGTERM')))
  return controller.signal
}
