// The sockets to the API server: calls, watches and the lease, each with their own; replaced when certificates are rotated.

import { Agent, type Dispatcher } from 'undici'
import { seconds } from '../clock.ts'
import { settledConnector } from '../leadership/socket-gate.ts'
import type { TlsMaterial } from './cluster-access.ts'

export interface Agents {
  readonly calls: Dispatcher
  readonly watches: Dispatcher
  /** One socket that no other call can hold up: a renewal that waits behind workers comes too late. */
  readonly lease: Dispatcher
}

export interface AgentPool {
  /** Agents for these certificates; the last ones are kept, so that connections are reused. */
  for(tls: TlsMaterial): Agents
  /** Ends every connection at once. */
  destroy(): Promise<void>
}

/** Enough for 64 workers whose calls take some milliseconds; more would only queue at the server. */
const callSockets = 16

export function createAgentPool(): AgentPool {
  let current: { tls: TlsMaterial; agents: Record<keyof Agents, Agent> } | undefined

  return {
    for(tls) {
      if (current !== undefined && isSame(current.tls, tls)) return current.agents
      // Calls in flight end on the old agents, new ones trust the new certificates.
      for (const agent of Object.values(current?.agents ?? {})) void agent.close()
      const agents = {
        calls: createAgent(tls, callSockets),
        watches: createAgent(tls, null),
        lease: createAgent(tls, 1),
      }
      current = { tls, agents }
      return agents
    },
    async destroy() {
      await Promise.all(Object.values(current?.agents ?? {}).map((agent) => agent.destroy()))
      current = undefined
    },
  }
}

function createAgent(tls: TlsMaterial, connections: number | null): Agent {
  return new Agent({
    // Over HTTP/2 a half-open session makes later calls hang, where an aborted HTTP/1.1 call closes its socket.
    allowH2: false,
    connections,
    // undici's own limits would end long watches; the deadlines are ours.
    headersTimeout: 0,
    bodyTimeout: 0,
    // Well below the server's own limit, so that a call is hardly ever sent into a connection that is just being closed.
    keepAliveTimeout: seconds(30),
    connect: settledConnector({ timeout: seconds(10), ...defined(tls) }),
  })
}

function defined(tls: TlsMaterial): Record<string, unknown> {
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined))
}

function isSame(a: TlsMaterial, b: TlsMaterial): boolean {
  const text = (tls: TlsMaterial) => [tls.ca, tls.cert, tls.key].map(String).join('\n')
  return (
    a === b || (text(a) === text(b) && a.servername === b.servername && a.rejectUnauthorized === b.rejectUnauthorized)
  )
}
