// Time, and the only place that reads it: everything that waits or compares instants gets a Clock, so that tests own time.

/** A length of time in milliseconds. */
export type Duration = number

export const seconds = (count: number): Duration => count * 1_000
export const minutes = (count: number): Duration => count * 60_000
export const hours = (count: number): Duration => count * 3_600_000

/** Stops a timer; calling it again, or after the timer ran, does nothing. */
export type CancelTimer = () => void

export interface Clock {
  /** Wall-clock time in milliseconds since the epoch: for display and for comparing with times others wrote. */
  now(): number
  /** Milliseconds from an arbitrary start that never jump: for deadlines, leases and ages. */
  monotonic(): number
  /** Calls `run` once, `after` milliseconds from now; earlier if that is beyond `longestTimer`. */
  schedule(after: Duration, run: () => void): CancelTimer
}

/** The longest delay that a Node timer takes, about 25 days; with a longer one it would fire at once. */
export const longestTimer: Duration = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(after, run) {
    const timer = setTimeout(run, Math.min(Math.max(after, 0), longestTimer))
    return () => clearTimeout(timer)
  },
}

/** Resolves when the event loop has served the timers and sockets that are due. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Resolves after a delay; rejects with the signal's reason when that is aborted first. */
export function sleep(clock: Clock, after: Duration, signal?: AbortSignal): Promise<void> {
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

/** A signal that aborts when its parent does or when the time is up, and a way to let go of both. */
export function deadline(
  clock: Clock,
  after: Duration,
  parent?: AbortSignal,
): { signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  const onAbort = () => controller.abort(parent?.reason)
  if (parent?.aborted) onAbort()
  parent?.addEventListener('abort', onAbort, { once: true })
  const cancel = clock.schedule(after, () =>
    controller.abort(new DOMException(`No answer within ${after} ms`, 'TimeoutError')),
  )
  return {
    signal: controller.signal,
    release() {
      cancel()
      parent?.removeEventListener('abort', onAbort)
    },
  }
}
