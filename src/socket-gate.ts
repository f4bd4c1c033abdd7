// The last look before a request's first byte: undici calls `onRequestStart` when it has a socket and has written nothing,
// and a request that is aborted there leaves no trace on the wire.

import { type Agent, type Dispatcher, fetch } from 'undici'
import type { Clock, Duration } from './clock.ts'
import type { Fence } from './fence.ts'

/** The request was given up before its first byte: it has certainly had no effect. */
export class NotBegun extends Error {
  override readonly name = 'NotBegun'
  readonly code = 'NOT_BEGUN'
}

type Controller = Dispatcher.DispatchController

/** For one request: a dispatcher composed with this asks `mayBegin` when a socket is ready, however long that took. */
export function socketGate(mayBegin: () => boolean): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      ...forwarded(handler),
      onRequestStart(controller: Controller, context: unknown) {
        if (mayBegin()) handler.onRequestStart?.(controller, context)
        else controller.abort(new NotBegun('Cannot send: too late to begin'))
      },
    })
}

/** Handlers are objects with state, so each callback stays bound to its own. */
function forwarded(handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  return {
    onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
    onResponseStarted: () => handler.onResponseStarted?.(),
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
    onResponseError: (...args) => handler.onResponseError?.(...args),
  }
}

type FetchInit = NonNullable<Parameters<typeof fetch>[1]>

export interface GatedInit extends FetchInit {
  /** Monotonic time from which the request may no longer begin. */
  sendBefore?: Duration | undefined
}

/** undici's fetch behind the gate: a request begins only before its own time is up, and while the fence allows any. */
export function gatedFetch({ agent, clock, fence }: { agent: Agent; clock: Clock; fence: Fence }) {
  return (url: string, { sendBefore = Number.POSITIVE_INFINITY, ...init }: GatedInit) => {
    const mayBegin = () => clock.monotonic() < sendBefore && fence.allowance() > 0
    return fetch(url, { ...init, dispatcher: agent.compose(socketGate(mayBegin)) })
  }
}
