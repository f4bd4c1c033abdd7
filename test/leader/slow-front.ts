// Makes connecting take long: holds each new connection for a while before its TLS handshake may go on, so that a process can
// be frozen in between. What is asked over it afterwards passes at once.

import { createServer, connect as openSocket, type Socket } from 'node:net'
import { createServer as createTLSServer } from 'node:tls'

export interface SlowFrontOptions {
  /** Port on loopback behind it. */
  target: number
  /** Ends TLS here; without it the bytes are passed as they are, to somebody who does. */
  tls?: { certificate: string; key: string }
  /** Milliseconds. */
  delay: () => number
}

export interface SlowFront {
  readonly port: number
  /** Connections whose handshake is being held. */
  readonly held: number
  close(): void
}

export async function startSlowFront({ target, tls, delay }: SlowFrontOptions): Promise<SlowFront> {
  const sockets = new Set<Socket>()
  let held = 0

  const forward = (near: Socket) => {
    const far = openSocket({ host: '127.0.0.1', port: target })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
    near.pipe(far)
    far.pipe(near)
  }
  const terminator =
    tls && createTLSServer({ cert: tls.certificate, key: tls.key }, forward).on('tlsClientError', () => {})

  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    held += 1
    setTimeout(() => {
      held -= 1
      if (socket.destroyed) return
      if (terminator === undefined) forward(socket)
      else terminator.emit('connection', socket)
      socket.resume()
    }, delay())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    get held() {
      return held
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
