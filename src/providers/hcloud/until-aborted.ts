// Lets one of many who wait for a shared piece of work leave, while the work goes on for the others.

/** Settles as the work does, or rejects with the signal's reason when that is aborted first. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    // Also when nobody waits any more, so that a failure of the shared work is never left unhandled.
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}
