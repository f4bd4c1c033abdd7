// An HTTP server on loopback that answers call by call as the test says, and keeps what it was sent.

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Resolves when the client has let go of the connection, or the answer is complete. */
  readonly closed: Promise<void>
}

/** What to do with one call. */
export type Reply = (response: ServerResponse, request: IncomingMessage) => void

export interface FakeApiServer {
  readonly url: string
  readonly port: number
  readonly received: Received[]
  /** Connections opened so far. */
  readonly connections: () => number
  /** Resolves when so many calls have come. */
  arrived(count: number): Promise<void>
  close(): Promise<void>
}

/** Replies in turn; the last one is repeated. */
export async function fakeApiServer(replies: Reply[], tls?: ServerOptions): Promise<FakeApiServer> {
  const received: Received[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  let connections = 0

  const listener: RequestListener = async (request, response) => {
    const closed = new Promise<void>((resolve) => response.on('close', () => resolve()))
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url = '', headers } = request
    received.push({ method, url, headers, body: Buffer.concat(chunks).toString(), closed })
    for (const { count, resolve } of waiting) if (received.length >= count) resolve()
    replies[Math.min(received.length, replies.length) - 1]?.(response, request)
  }

  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    received,
    connections: () => connections,
    arrived(count) {
      if (received.length >= count) return Promise.resolve()
      return new Promise((resolve) => waiting.push({ count, resolve }))
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const json =
  (body: unknown, { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {}): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }

/** A refusal as the API server words it. */
export function refusal(code: number, reason: string, options: { details?: object; retryAfter?: string } = {}): Reply {
  const { details, retryAfter } = options
  const body = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    reason,
    message: `told: ${reason}`,
    details,
  }
  return json(body, { status: code, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } })
}

export const text =
  (body: string, { status = 200, type = 'text/html' } = {}): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': type })
    response.end(body)
  }

/** Never answers. */
export const silence: Reply = () => {}

/** Ends the connection without a word, after the call was read. */
export const cut: Reply = (_, request) => {
  request.socket.destroy()
}
