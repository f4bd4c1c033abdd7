// Carries one HTTP exchange from a server's side to an upstream: read whole, or, when it is a watch, streamed through.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Dispatcher, request } from 'undici'

export interface Question {
  method: string
  target: string
  headers: Record<string, string | string[]>
  body: Buffer
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** Of a stream: nothing yet. */
  body: Buffer
  /** Set when the answer does not end by itself. */
  stream?: Readable
}

/** What belongs to one connection alone, and what undici sets itself. */
const ofOneHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host', 'expect'])

export const carried = <T>(headers: Record<string, T | undefined>): Record<string, T> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => !ofOneHop.has(name) && value !== undefined),
  ) as Record<string, T>

export async function readQuestion(incoming: IncomingMessage): Promise<Question> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
  return {
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    headers: carried(incoming.headers),
    body: Buffer.concat(chunks),
  }
}

export interface Upstream {
  /** Origin, such as `https://127.0.0.1:6443`. */
  url: string
  dispatcher: Dispatcher
}

/** Rejects when the upstream does. A stream ends with the signal. */
export async function ask(upstream: Upstream, question: Question, o: { isStream: boolean; signal: AbortSignal }) {
  const answer = await request(new URL(question.target, upstream.url), {
    method: question.method as Dispatcher.HttpMethod,
    headers: question.headers,
    body: question.body.length > 0 ? question.body : null,
    dispatcher: upstream.dispatcher,
    // An effect must not depend on whether the client stays: only a stream ends with it.
    ...(o.isStream && { signal: o.signal }),
  })
  const { statusCode: status, headers } = answer
  if (o.isStream && status === 200) return { status, headers, body: Buffer.alloc(0), stream: answer.body } as Answer
  return { status, headers, body: Buffer.from(await answer.body.arrayBuffer()) } as Answer
}

export async function deliver(answer: Answer, outgoing: ServerResponse): Promise<void> {
  if (outgoing.destroyed) return
  outgoing.writeHead(answer.status, carried(answer.headers))
  if (answer.stream === undefined) return void outgoing.end(answer.body)
  outgoing.flushHeaders()
  await pipeline(answer.stream, outgoing)
}
