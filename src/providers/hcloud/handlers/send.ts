// The wire.

import type { Clock } from '../../../clock.ts'
import type { Fetch, Handler, WireResponse } from '../exchange.ts'

/** Thrown when a call was given up before a byte of it was sent: a write that failed so has certainly had no effect. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
}

export function send({ clock, fetch }: { clock: Clock; fetch: Fetch }): Handler<WireResponse> {
  return async function sent({ method, url, headers, body, signal, sendBefore }) {
    if (signal.aborted) throw new NotSent('Cannot send: the call was given up')
    if (sendBefore !== undefined && clock.monotonic() >= sendBefore) throw new NotSent('Cannot send: too late')
    const answer = fetch(url, {
      method,
      headers: { ...headers },
      signal,
      redirect: 'error',
      ...(body === undefined ? {} : { body }),
      ...(sendBefore !== undefined && { sendBefore }),
    })
    return answer.catch((cause) =>
      Promise.reject(wasBegun(cause) ? cause : new NotSent('Cannot send: too late', { cause })),
    )
  }
}

/** A fetch that looks at the clock once more when it has a socket says so by a code, perhaps inside of its own error. */
function wasBegun(error: unknown): boolean {
  const causes = error instanceof Error ? [error, error.cause] : []
  return !causes.some((cause) => cause instanceof Error && 'code' in cause && cause.code === 'NOT_BEGUN')
}
