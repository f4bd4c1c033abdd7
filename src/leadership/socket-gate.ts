// The last look before a request's first byte: undici calls `onRequestStart` when it has a socket and has written nothing,
// and a request that is aborted there leaves no trace on the wire.

import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type Agent, buildConnector, type Dispatcher, request } from 'undici'
import { type Clock, type Duration, nextTurn } from '../clock.ts'
import type { Fence } from './fence.ts'

/** The request was given up before its first byte: it has certainly had no effect. */
export class NotBegun extends Error {
  override readonly name = 'NotBegun'
  readonly code = 'NOT_BEGUN'
}

type Controller = Dispatcher.DispatchController

/**
 * Connects, and hands the socket over one turn later. Node holds what is written to a TLS socket until the turn in which its
 * handshake ended is over: a request written at once would leave after the last look, and not with it.
 */
export function settledConnector(options: buildConnector.BuildOptions): buildConnector.connector {
  const connect = buildConnector({ allowH2: false, ...options })
  return (target, callback) =>
    connect(target, (...[error, socket]) => {
      if (error !== null) return callback(error, null)
      void nextTurn().then(() => {
        if (socket.destroyed) callback(new Error('The connection ended as soon as it was made'), null)
        else callback(null, socket)
      })
    })
}

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

export interface GatedInit {
  method: string
  headers: Record<string, string>
  body?: string | Uint8Array
  signal: AbortSignal
  /** Redirects are never followed, whatever is said here: a token goes to no other place. */
  redirect: 'error' | 'manual'
  /** Monotonic time from which the request may no longer begin. */
  sendBefore?: Duration | undefined
}

/** The part of a fetch answer that is read. */
export interface GatedAnswer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * What the providers take for fetch: a request begins only before its own time is up, and while the fence allows any. It is
 * not undici's fetch, which takes a body to pieces and writes it some turns after the last look, tens of milliseconds
 * when it does so for the first time: here head and body leave in one go.
 */
export function gatedFetch({ agent, clock, fence }: { agent: Agent; clock: Clock; fence: Fence }) {
  return async (url: string, init: GatedInit): Promise<GatedAnswer> => {
    const { sendBefore = Number.POSITIVE_INFINITY, method, body = null, signal } = init
    const mayBegin = () => clock.monotonic() < sendBefore && fence.allowance() > 0
    const dispatcher = agent.compose(socketGate(mayBegin))
    const headers = { 'accept-encoding': 'gzip', 'user-agent': 'botyard', ...init.headers }
    const answer = await request(url, { method: method as 'GET', headers, body, signal, dispatcher })
    const get = (name: string) => [answer.headers[name.toLowerCase()] ?? []].flat().join(', ') || null
    return { status: answer.statusCode, headers: { get }, body: unpacked(answer.body, get('content-encoding')) }
  }
}

/** Lists of servers are nearly all repetition. What is read through it is bounded by whoever reads. */
function unpacked(body: Readable, encoding: string | null): AsyncIterable<Uint8Array> {
  // Both streams end together; the error is told by the iteration.
  return encoding === 'gzip' ? pipeline(body, createGunzip(), () => {}) : body
}
