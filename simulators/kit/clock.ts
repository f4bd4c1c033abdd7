// The simulators' time. Every delay of the simulated world passes through one Clock, so that one hand can turn it.

/** Milliseconds everywhere. A test's hand-turned clock of the same shape fits in as well. */
export interface Clock {
  /** Simulated wall-clock time, milliseconds since the epoch: what answers carry as dates. */
  now(): number
  /** Simulated milliseconds from an arbitrary start: what delays and rate limits are measured by. */
  monotonic(): number
  /** Calls `run` once, `after` simulated milliseconds from now; the answer takes it back. */
  schedule(after: number, run: () => void): () => void
}

/** The longest delay that a Node timer takes; a longer one would fire at once. */
const longestTimer = 2 ** 31 - 1

/** A clock on which simulated time passes `speed` times as fast as real time. Its date begins at the real one. */
export function systemClock({ speed = 1 }: { speed?: number } = {}): Clock {
  const startDate = Date.now()
  const start = performance.now()
  const monotonic = () => (performance.now() - start) * speed
  return {
    now: () => startDate + Math.floor(monotonic()),
    monotonic,
    schedule(after, run) {
      const timer = setTimeout(run, Math.min(Math.max(after / speed, 0), longestTimer))
      return () => clearTimeout(timer)
    },
  }
}

/** Resolves after `after` simulated milliseconds; rejects with the signal's reason when that is aborted first. */
export function sleep(clock: Clock, after: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = clock.schedule(after, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
