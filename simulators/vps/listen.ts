// An HTTPS server behind a firewall: every connection is looked at before TLS begins.

import type { RequestListener } from 'node:http'
import { createServer as createHTTPSServer } from 'node:https'
import { createServer, type Socket } from 'node:net'
import type { Clock } from '../kit/clock.ts'
import type { FirewallRule } from '../kit/machines.ts'
import { admits } from './firewall.ts'

export interface ListenOptions {
  clock: Clock
  host: string
  port: number
  /** PEM. */
  certificate: string
  key: string
  rules(): readonly FirewallRule[] | undefined
  onRequest: RequestListener
}

export interface Listening {
  /** As when the power goes: at once, with every connection. */
  close(): void
}

/** How long a dropped connection hangs, simulated: about what a Linux client waits for an answer to its SYN. */
const dropAfterMs = 127_000

/** Rejects when the address is taken or may not be had; throws when certificate and key do not fit or parse. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { clock, host, port, certificate, key, rules, onRequest } = options
  const https = createHTTPSServer({ cert: certificate, key, minVersion: 'TLSv1.2' }, onRequest)
  https.on('tlsClientError', (_, socket) => socket.destroy())
  const sockets = new Set<Socket>()

  const gate = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    if (admits(rules(), { port, from: socket.remoteAddress ?? '' })) https.emit('connection', socket)
    else drop(socket, clock)
  })
  await new Promise<void>((resolve, reject) => {
    gate.once('error', reject)
    gate.listen({ host, port, exclusive: true }, resolve)
  })
  return {
    close() {
      gate.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** A user process cannot leave a SYN unanswered; the nearest is a connection on which nothing ever comes back. */
function drop(socket: Socket, clock: Clock): void {
  socket.resume()
  const cancel = clock.schedule(dropAfterMs, () => socket.destroy())
  socket.once('close', cancel)
}
