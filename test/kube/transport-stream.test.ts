import { afterEach, describe, expect, it } from 'vitest'
import { type Authority, createAuthority } from '../../scripts/control-plane/certificates.ts'
import { systemClock } from '../../src/clock.ts'
import { isForbidden } from '../../src/kube/api-error.ts'
import type { TlsMaterial } from '../../src/kube/cluster-access.ts'
import { createTransport, type Transport, type TransportDeps } from '../../src/kube/transport.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { type FakeApiServer, fakeApiServer, json, type Reply, refusal, silence } from './fake-api-server.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

function connect(server: FakeApiServer, deps: Partial<TransportDeps> & { tls?: () => TlsMaterial } = {}): Transport {
  const { tls = () => ({}), ...rest } = deps
  const cluster = { server: server.url, access: async () => ({ headers: {}, tls: tls() }), refused: () => {} }
  const transport = createTransport({ cluster, clock: systemClock, random: () => 0, ...rest })
  cleanups.push(transport.close)
  return transport
}

async function serve(...args: Parameters<typeof fakeApiServer>): Promise<FakeApiServer> {
  const server = await fakeApiServer(...args)
  cleanups.push(server.close)
  return server
}

const hello: Reply = (response) => {
  response.writeHead(200)
  response.write('hello')
}

describe('a stream', () => {
  it('gives bytes as they come and outlives the deadline of calls', async () => {
    const clock = fakeClock()
    const server = await serve([hello])
    const bytes = await connect(server, { clock }).stream({ path: '/w' })
    expect(clock.pending).toBe(0)
    const first = await bytes[Symbol.asyncIterator]().next()
    expect(Buffer.from(first.value as Uint8Array).toString()).toBe('hello')
  })

  it('fails when it does not begin in time', async () => {
    const clock = fakeClock()
    const server = await serve([silence])
    const opening = connect(server, { clock }).stream({ path: '/w', timeout: 30_000 })
    opening.catch(() => {})
    await server.arrived(1)
    await clock.advance(30_000)
    await expect(opening).rejects.toMatchObject({ code: 'timeout' })
    await server.received[0]?.closed
  })

  it('is refused with the same errors as a call', async () => {
    const server = await serve([refusal(403, 'Forbidden')])
    await expect(connect(server).stream({ path: '/w' })).rejects.toSatisfy(isForbidden)
  })

  it('ends with the caller’s reason when the caller gives up, and lets go of the connection', async () => {
    const server = await serve([hello])
    const stop = new AbortController()
    const bytes = await connect(server).stream({ path: '/w', signal: stop.signal })
    const reading = readAll(bytes)
    stop.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    await server.received[0]?.closed
  })

  it('lets go of the connection when nobody reads on', async () => {
    const server = await serve([hello])
    for await (const _ of await connect(server).stream({ path: '/w' })) break
    await server.received[0]?.closed
  })

  it('is broken when the connection is', async () => {
    const torn: Reply = (response) => {
      response.writeHead(200)
      response.write('he')
      setImmediate(() => response.destroy())
    }
    const bytes = await connect(await serve([torn])).stream({ path: '/w' })
    await expect(readAll(bytes)).rejects.toMatchObject({ name: 'ConnectionError', code: 'broken' })
  })

  it('begins while every socket for calls is taken', async () => {
    const server = await serve([...Array<Reply>(40).fill(silence), hello])
    const transport = connect(server)
    const stop = new AbortController()
    const calls = Array.from({ length: 40 }, () => transport.request({ method: 'GET', path: '/', signal: stop.signal }))
    const ended = Promise.allSettled(calls)
    await server.arrived(16)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(server.received).toHaveLength(16)
    const begun = transport.stream({ path: '/w', signal: stop.signal })
    begun.catch(() => {})
    await server.arrived(17)
    expect(server.received[16]?.url).toBe('/w')
    stop.abort()
    await ended
  })
})

describe('over TLS', () => {
  const issue = async (authority: Authority, alpn = ['http/1.1']) => {
    const { certificate: cert, key } = await authority.issueServer('api')
    return { cert, key, ALPNProtocols: alpn }
  }

  it('speaks HTTP/1.1 even where the server would rather not', async () => {
    const authority = await createAuthority()
    let protocol: string | false | null = null
    const look: Reply = (response, request) => {
      protocol = (request.socket as { alpnProtocol?: string | false }).alpnProtocol ?? null
      json({})(response, request)
    }
    const server = await serve([look], await issue(authority, ['h2', 'http/1.1']))
    await connect(server, { tls: () => ({ ca: authority.certificate }) }).request({ method: 'GET', path: '/' })
    expect(protocol).toBe('http/1.1')
  })

  it('sends nothing to a server that its authority does not vouch for', async () => {
    const [theirs, ours] = [await createAuthority(), await createAuthority()]
    const server = await serve([json({})], await issue(theirs))
    const call = connect(server, { tls: () => ({ ca: ours.certificate }) }).request({ method: 'POST', path: '/' })
    await expect(call).rejects.toMatchObject({ name: 'ConnectionError', code: 'unreachable' })
    expect(server.received).toEqual([])
  })

  it('takes up a rotated authority with the next call', async () => {
    const [old, young] = [await createAuthority(), await createAuthority()]
    const server = await serve([json({ ok: true })], await issue(young))
    let trusted = old
    const transport = connect(server, { tls: () => ({ ca: trusted.certificate }) })
    await expect(transport.request({ method: 'POST', path: '/' })).rejects.toThrow('Cannot POST')
    trusted = young
    expect(await transport.request({ method: 'POST', path: '/' })).toEqual({ ok: true })
    await transport.request({ method: 'POST', path: '/' })
    expect(server.received).toHaveLength(2)
  })
})

async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}
