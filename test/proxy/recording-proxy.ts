// Stands between the operator and its three worlds, sees every call before it is made and after it was answered, and can
// hold it there. It speaks TLS for the API server with an authority of its own; the operator knows nothing of it.

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTLSServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Agent } from 'undici'
import { type Authority, createAuthority } from '../../scripts/control-plane/certificates.ts'
import { systemClock } from '../../simulators/kit/clock.ts'
import type { Faults } from '../../simulators/kit/faults.ts'
import { type Call, describeCall, type WorldName } from './call.ts'
import { answerWithFaults } from './faulty.ts'
import { type Answer, ask, deliver, type Question, readQuestion, type Upstream } from './forward.ts'
import { inThePast } from './past.ts'
import type { WatchFaults } from './watch-faults.ts'

/** Thrown by a listener: the connection drops, whatever else has happened. */
export class Dropped extends Error {
  override readonly name = 'Dropped'
}

export interface ProxyListener {
  /** The request is read and not yet forwarded; while this waits, so does the call. */
  before?(call: Call, question: Question): Promise<void> | void
  /** There is no answer: the upstream could not be reached. */
  failed?(call: Call): void
  /** The upstream has answered, and the client does not know yet. A watch counts as answered when it begins. */
  after?(call: Call, answer: Answer): Promise<void> | void
}

export interface RecordingProxyOptions {
  /** The API server: its URL and the PEM of the authority behind its certificate. */
  kubernetes: { url: string; ca: string }
  /** Origins of the simulators. */
  hcloud: string
  telegram: string
  listener: ProxyListener
  /**
   * The cluster's Projects outside of this namespace are not shown, so that operators side by side do not meet: the
   * list and the watch over all namespaces are asked for in this one.
   */
  namespace?: string
  authority?: Authority
  /** Stand between the listener and the operator: a call is recorded as the upstream answered it. */
  faults?: Partial<Record<WorldName, Faults>>
  /** For what happens within watches, and to lists, of the API server. They need faults of its world, which may be none. */
  watchFaults?: WatchFaults
}

export interface RecordingProxy {
  /** https for the API server, http for the others; without a path. */
  readonly urls: Record<WorldName, string>
  /** PEM of the authority behind the certificate of the https one. */
  readonly ca: string
  close(): Promise<void>
}

export async function createRecordingProxy(options: RecordingProxyOptions): Promise<RecordingProxy> {
  const authority = options.authority ?? (await createAuthority())
  const { certificate: cert, key } = await authority.issueServer('recording-proxy')
  const upstreams = {
    kubernetes: { url: options.kubernetes.url, dispatcher: agentFor(options.kubernetes.ca) },
    hcloud: { url: options.hcloud, dispatcher: agentFor() },
    telegram: { url: options.telegram, dispatcher: agentFor() },
  }
  const handle = (world: WorldName): RequestListener => {
    return (incoming, outgoing) => {
      const exchange = { world, upstream: upstreams[world], options }
      answerOne(exchange, incoming, outgoing).catch(() => incoming.socket.destroy())
    }
  }
  const servers = {
    kubernetes: createTLSServer({ cert, key }, handle('kubernetes')),
    hcloud: createServer(handle('hcloud')),
    telegram: createServer(handle('telegram')),
  }
  for (const server of Object.values(servers)) await listen(server)
  const urlOf = (world: WorldName, scheme: string) =>
    `${scheme}://127.0.0.1:${(servers[world].address() as AddressInfo).port}`
  return {
    urls: {
      kubernetes: urlOf('kubernetes', 'https'),
      hcloud: urlOf('hcloud', 'http'),
      telegram: urlOf('telegram', 'http'),
    },
    ca: authority.certificate,
    async close() {
      for (const server of Object.values(servers)) {
        server.close()
        server.closeAllConnections()
      }
      await Promise.all(Object.values(upstreams).map(({ dispatcher }) => dispatcher.destroy()))
    },
  }
}

/** A watch may be silent for long; a connection at rest is let go before the upstream closes it under a request. */
const agentFor = (ca?: string) =>
  new Agent({
    bodyTimeout: 0,
    headersTimeout: 0,
    keepAliveTimeout: 500,
    keepAliveMaxTimeout: 500,
    ...(ca !== undefined && { connect: { ca } }),
  })

type Server = ReturnType<typeof createServer> | ReturnType<typeof createTLSServer>

const listen = (server: Server) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })

interface Exchange {
  world: WorldName
  upstream: Upstream
  options: RecordingProxyOptions
}

async function answerOne(exchange: Exchange, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort(new Dropped('The client went away')))
  const question = await readQuestion(incoming)
  const { listener, namespace } = exchange.options
  const call = describeCall({ world: exchange.world, method: question.method, target: question.target })
  await listener.before?.(call, question)
  const confined = namespace === undefined ? question : confine(question, namespace)
  const { faults: allFaults, watchFaults } = exchange.options
  const revisions = call.verb === 'LIST' ? watchFaults?.age({ method: 'GET', path: question.target }) : undefined
  const forward = async (): Promise<Answer> => {
    const asked = revisions === undefined ? confined : await inThePast(exchange.upstream, confined, revisions)
    const answer = await ask(exchange.upstream, asked, { isStream: call.verb === 'WATCH', signal: gone.signal })
    try {
      await listener.after?.(call, answer)
    } catch (error) {
      gone.abort(error)
      throw error
    }
    return answer
  }
  const faults = allFaults?.[exchange.world]
  if (faults === undefined) return deliver(await forward(), outgoing)
  await answerWithFaults({
    faults,
    watchFaults,
    clock: systemClock(),
    question,
    outgoing,
    signal: gone.signal,
    forward,
  })
}

/** Only these two calls of the operator go over all namespaces. */
function confine(question: Question, namespace: string): Question {
  const target = question.target.replace(
    /^(\/apis\/botyard\.dev\/[^/]+)\/projects(?=\?|$)/,
    (_, root: string) => `${root}/namespaces/${namespace}/projects`,
  )
  return { ...question, target }
}
