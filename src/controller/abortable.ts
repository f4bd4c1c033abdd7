// Lets go of a promise as soon as a signal aborts, even when whoever made it does not look at the signal.

/** The promise's outcome, or a rejection with the signal's reason, whichever is first. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** Iterates until the signal aborts (then throws its reason); the iterator is told to end, but not waited for. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void> {
  const iterator = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await abortable(iterator.next(), signal)
      if (done) return
      yield value
    }
  } finally {
    // A generator that hangs in an await answers `return` only when that ends; nobody must hang with it.
    iterator.return?.().then(undefined, () => {})
  }
}
