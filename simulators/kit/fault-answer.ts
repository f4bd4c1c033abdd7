// What a verdict makes of a request and its answer, for a handler that speaks web Request and Response.

import { type Clock, sleep } from './clock.ts'
import type { FaultKind } from './fault.ts'
import { ConnectionClosed, ConnectionLost, type Handler } from './handler.ts'

/** What the faults that are on decide for one request. */
export interface Verdict {
  /** Simulated milliseconds until it goes on to the world; Infinity: it never does, and is never answered. */
  held: number
  /** Simulated milliseconds from the world's answer until it is passed on; Infinity: it never is. */
  late: number
  /** What becomes of it beside that. */
  fault: Exclude<FaultKind, { kind: 'held' | 'late' }> | undefined
}

/** A page of HTML, as a proxy or a balancer before a service would send. */
export const pageOfHTML = '<html><head><title>Bad gateway</title></head><body>nginx</body></html>'

export interface Passage {
  handler: Handler
  request: Request
  clock: Clock
}

export async function answerUnder({ held, late, fault }: Verdict, passage: Passage): Promise<Response> {
  await wait(held, passage)
  const response = await answer(fault, passage)
  await wait(late, passage)
  return response
}

/** A request that was held up goes on although its client has gone; one that is held for ever ends with its client. */
async function wait(ms: number, { clock, request: { signal } }: Passage): Promise<void> {
  if (ms === Infinity) return untilGone(signal)
  if (ms > 0) await sleep(clock, ms)
}

async function answer(fault: Verdict['fault'], { handler, request, clock }: Passage): Promise<Response> {
  if (fault?.kind === 'before') throw new ConnectionLost('The connection was reset before the request arrived')
  if (fault?.kind === 'status') return replaced(fault)
  if (fault?.kind === 'twice') await handler(request.clone())
  const response = await handler(request)
  return fault === undefined ? response : spoilt(response, { fault, clock, signal: request.signal })
}

interface Spoiling {
  fault: NonNullable<Verdict['fault']>
  clock: Clock
  signal: AbortSignal
}

/** What becomes of an answer when the effect has happened. */
async function spoilt(response: Response, { fault, clock, signal }: Spoiling): Promise<Response> {
  switch (fault.kind) {
    case 'after':
      throw new ConnectionLost('The connection was reset before the answer arrived')
    case 'half':
      return half(response)
    case 'stuck':
      return stuck(response, signal)
    case 'slow':
      return slow(response, { ms: fault.ms, clock, signal })
    case 'wrongBody':
      return replaced({ ...fault, status: response.status })
    default:
      return response
  }
}

function replaced(fault: {
  status: number
  body?: string
  contentType?: string
  headers?: Record<string, string>
}): Response {
  const headers = { 'content-type': fault.contentType ?? 'text/html', ...fault.headers }
  return new Response(isBodiless(fault.status) ? null : (fault.body ?? pageOfHTML), { status: fault.status, headers })
}

const isBodiless = (status: number): boolean => [204, 205, 304].includes(status)

/** The stated length is that of the whole body: serve.ts passes on what states its length as it comes. */
async function half(response: Response): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (bytes.length === 0) throw new ConnectionLost('The connection was reset before the answer arrived')
  return inPieces(response, {
    length: bytes.length,
    async *pieces() {
      yield firstHalf(bytes)
      throw new ConnectionClosed('The connection closed in the middle of the body')
    },
  })
}

async function stuck(response: Response, signal: AbortSignal): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (bytes.length === 0) return untilGone(signal)
  return inPieces(response, {
    length: bytes.length,
    async *pieces() {
      yield firstHalf(bytes)
      await untilGone(signal)
    },
  })
}

const firstHalf = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, Math.floor(bytes.length / 2))

const mostPieces = 20

async function slow(response: Response, o: { ms: number; clock: Clock; signal: AbortSignal }): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (bytes.length === 0) return response
  const count = Math.min(mostPieces, bytes.length)
  const end = (piece: number) => Math.floor((bytes.length * piece) / count)
  return inPieces(response, {
    length: bytes.length,
    async *pieces() {
      for (let piece = 0; piece < count; piece++) {
        await sleep(o.clock, o.ms / count, o.signal)
        yield bytes.subarray(end(piece), end(piece + 1))
      }
    },
  })
}

function inPieces(
  { status, headers: given }: Response,
  { length, pieces }: { length: number; pieces(): AsyncGenerator<Uint8Array> },
): Response {
  const headers = new Headers(given)
  headers.set('content-length', String(length))
  return new Response(ReadableStream.from(pieces()), { status, headers })
}

function untilGone(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
