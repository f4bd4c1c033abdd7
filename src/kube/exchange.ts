// One HTTP exchange with the API server as ourselves; a 401 earns one more, with credentials that were read again.

import { request as send } from 'undici'
import { socketGate } from '../leadership/socket-gate.ts'
import { type Agents, createAgentPool } from './agents.ts'
import type { Access, ClusterAccess } from './cluster-access.ts'
import { ConnectionError } from './connection-error.ts'

export interface Outgoing {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined
  /** Sent as JSON. */
  readonly body?: unknown
  readonly contentType?: string | undefined
  readonly lane: keyof Agents
  readonly signal: AbortSignal
  /** Asked when a socket is ready and nothing is written yet: a process that was frozen and thawed comes by here first. */
  readonly mayBegin: () => boolean
}

export interface Exchange {
  /** The answer, whatever its status. Rejects with what undici rejects with, or a ConnectionError. */
  send(outgoing: Outgoing): Promise<Awaited<ReturnType<typeof send>>>
  close(): Promise<void>
}

/** One try. `code` is the HTTP status, or `<error>` without an answer, as client-go says it. */
export interface SentCall {
  readonly code: string
  readonly method: string
  readonly host: string
}

export interface ExchangeDeps {
  readonly cluster: ClusterAccess
  readonly userAgent: string
  readonly onCall?: ((call: SentCall) => void) | undefined
}

export function createExchange({ cluster, userAgent, onCall }: ExchangeDeps): Exchange {
  const pool = createAgentPool()
  const host = hostOf(cluster.server)

  function counted<T extends { statusCode: number }>(method: string, answer: Promise<T>): Promise<T> {
    const tell = (code: string) => onCall?.({ code, method, host })
    answer.then(
      ({ statusCode }) => tell(String(statusCode)),
      () => tell('<error>'),
    )
    return answer
  }

  async function accessNow(): Promise<Access> {
    try {
      return await cluster.access()
    } catch (cause) {
      throw new ConnectionError('Cannot get credentials for the API server', { code: 'unreachable', cause })
    }
  }

  async function once(outgoing: Outgoing) {
    const { headers, tls } = await accessNow()
    const answer = send(urlOf(cluster.server, outgoing), {
      method: outgoing.method as 'GET',
      dispatcher: pool.for(tls)[outgoing.lane].compose(socketGate(outgoing.mayBegin)),
      headers: { ...headers, ...contentHeaders(outgoing), accept: 'application/json', 'user-agent': userAgent },
      body: outgoing.body === undefined ? null : JSON.stringify(outgoing.body),
      signal: outgoing.signal,
    })
    return counted(outgoing.method, answer)
  }

  return {
    async send(outgoing) {
      const answer = await once(outgoing)
      if (answer.statusCode !== 401) return answer
      // Who asks is checked before what is asked, so nothing has happened yet, whatever the method.
      await answer.body.dump()
      cluster.refused()
      return once(outgoing)
    },
    close: () => pool.destroy(),
  }
}

/** As Go has it: with the port as it was written, also when it is the usual one, which URL leaves out. */
export const hostOf = (server: string): string => /^[a-z]+:\/\/([^/]*)/i.exec(server)?.[1] ?? server

function urlOf(server: string, { path, query = {} }: Outgoing): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value))
  }
  return `${server}${path}${search.size > 0 ? `?${search}` : ''}`
}

function contentHeaders({ body, contentType = 'application/json' }: Outgoing): Record<string, string> {
  return body === undefined ? {} : { 'content-type': contentType }
}
