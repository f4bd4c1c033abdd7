// Puts a Handler on a loopback port: node:http on the outside, web Request and Response on the inside.

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BodyTooLarge, ConnectionClosed, ConnectionLost, type Handler } from './handler.ts'

export interface ServeOptions {
  /** 0 takes a free port. */
  port?: number
  host?: string
  /** For a larger body the handler gets a request whose body cannot be read: that rejects with BodyTooLarge. */
  bodyLimitBytes?: number
  /** Told of a handler that threw anything but ConnectionLost: a defect of the simulator. The connection drops too. */
  onError?(error: unknown): void
}

export interface Serving {
  /** Without a trailing slash. */
  readonly url: string
  readonly port: number
  /** Drops open connections too; a request that is kept open on purpose must not keep the process alive. */
  close(): Promise<void>
}

/** What Telegram takes at most; Hetzner's own limit is far below. */
const bodyLimitBytes = 50 * 1024 * 1024

/** Of a body that is too large, so many times the limit are read and thrown away; then the connection is reset. */
const patience = 4

/** Rejects when the port cannot be had. */
export async function serve(handler: Handler, options: ServeOptions = {}): Promise<Serving> {
  const { port = 0, host = '127.0.0.1', onError = () => {} } = options
  const limit = options.bodyLimitBytes ?? bodyLimitBytes
  const answerWith = (bodyOf: (incoming: IncomingMessage, limit: number) => Promise<Body>): RequestListener => {
    return (incoming, outgoing) => {
      answer(handler, { incoming, outgoing, body: bodyOf(incoming, limit) }).catch((error: unknown) => {
        if (!(error instanceof ConnectionLost) && !outgoing.destroyed) onError(error)
        breakOff(error, outgoing)
      })
    }
  }
  const server = createServer(answerWith(readBody))
  server.on('checkContinue', (incoming, outgoing) => {
    const isTooLarge = Number(incoming.headers['content-length'] ?? 0) > limit
    if (!isTooLarge) outgoing.writeContinue()
    else outgoing.shouldKeepAlive = false
    answerWith(isTooLarge ? async () => 'too large' : readBody)(incoming, outgoing)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  return {
    url: `http://${host}:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

type Body = Buffer | 'too large'

interface Exchange {
  incoming: IncomingMessage
  outgoing: ServerResponse
  body: Promise<Body>
}

async function answer(handler: Handler, { incoming, outgoing, body }: Exchange): Promise<void> {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort(new ConnectionLost('The client went away')))
  const request = toRequest(incoming, await body, gone.signal)
  const response = await handler(request)
  await writeResponse(response, outgoing)
}

/** Rejects with what the body breaks off with. */
export async function writeResponse(response: Response, outgoing: ServerResponse): Promise<void> {
  if (outgoing.destroyed) return
  outgoing.writeHead(response.status, response.statusText, [...response.headers].flat())
  if (response.headers.has('content-length')) return trickle(response, outgoing)
  outgoing.end(Buffer.from(await response.arrayBuffer()))
}

/** Ends a connection on which no whole answer is to come: in order after ConnectionClosed, else with a reset. */
export function breakOff(error: unknown, { socket }: ServerResponse): void {
  if (error instanceof ConnectionClosed) socket?.destroySoon()
  else socket?.resetAndDestroy()
}

/** An answer that states its length may come in pieces, with time between them, and may break off. */
async function trickle({ body }: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.flushHeaders()
  for await (const piece of body ?? []) outgoing.write(piece)
  outgoing.end()
}

/**
 * The whole body is read first: an effect must not depend on whether the client stays to see the answer, and a client
 * that still sends may not listen. Rejects when it never ends.
 */
async function readBody(incoming: IncomingMessage, limit: number): Promise<Body> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > patience * limit) throw new ConnectionLost('The body has no end')
    if (size > limit) chunks.length = 0
    else chunks.push(chunk)
  }
  return size > limit ? 'too large' : Buffer.concat(chunks)
}

function toRequest(incoming: IncomingMessage, content: Body, signal: AbortSignal): Request {
  const method = incoming.method ?? 'GET'
  const body = method === 'GET' || method === 'HEAD' || content.length === 0 ? null : streamOf(content)
  const url = `http://${incoming.headers.host ?? 'localhost'}${incoming.url ?? '/'}`
  return new Request(url, { method, headers: headersOf(incoming), body, signal, duplex: 'half' })
}

const streamOf = (content: Body): Uint8Array<ArrayBuffer> | ReadableStream =>
  content === 'too large'
    ? new ReadableStream({ start: (controller) => controller.error(new BodyTooLarge('The body is too large')) })
    : new Uint8Array(content)

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers()
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? '')
  }
  return headers
}
