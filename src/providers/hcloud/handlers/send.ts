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
    return fetch(url, {
      method,
      headers: { ...headers },
      signal,
      redirect: 'error',
      ...(body === undefined ? {} : { body }),
    })
  }
}
