// Puts a Handler on a loopback port: node:http on the outside, web Request and Response on the inside.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConnectionClosed, ConnectionLost, type Handler } from './handler.ts'

export interface ServeOptions {
  /** 0 takes a free port. */
  port?: number
  host?: string
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

/** Larger than any body that a client of ours may send; beyond it the connection is dropped. */
const bodyLimitBytes = 8 * 1024 * 1024

/** Rejects when the port cannot be had. */
export async function serve(handler: Handler, options: ServeOptions = {}): Promise<Serving> {
  const { port = 0, host = '127.0.0.1', onError = () => {} } = options
  const server = createServer((incoming, outgoing) => {
    answer(handler, incoming, outgoing).catch((error: unknown) => {
      if (!(error instanceof ConnectionLost) && !outgoing.destroyed) onError(error)
      breakOff(error, outgoing)
    })
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

async function answer(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort(new ConnectionLost('The client went away')))
  const request = await toRequest(incoming, gone.signal)
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

/** The whole body is read first: an effect must not depend on whether the client stays to see the answer. */
async function toRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyLimitBytes) throw new ConnectionLost('The body is too large')
    chunks.push(chunk)
  }
  const method = incoming.method ?? 'GET'
  const body = method === 'GET' || method === 'HEAD' || size === 0 ? null : Buffer.concat(chunks)
  const url = `http://${incoming.headers.host ?? 'localhost'}${incoming.url ?? '/'}`
  return new Request(url, { method, headers: headersOf(incoming), body, signal })
}

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers()
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? '')
  }
  return headers
}
