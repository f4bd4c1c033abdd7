// F26: a name that nobody knows, a certificate that will not do, an address that swallows everything. Each is a typed error
// within the limit for connecting, with nothing sent and no token in its text.

import { createServer, type LookupFunction, type Socket } from 'node:net'
import { Agent, request } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { createAuthority } from '../../scripts/control-plane/certificates.ts'
import { systemClock } from '../../src/clock.ts'
import { createTransport } from '../../src/kube/transport.ts'
import { settledConnector } from '../../src/leadership/socket-gate.ts'
import { fakeApiServer, json } from './fake-api-server.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const token = 'hush-hush-hush'

interface Place {
  server: string
  ca?: string
  /** What has arrived there. */
  received(): unknown[]
}

const authority = await createAuthority()

async function secured(issued: { certificate: string; key: string }, ca: string): Promise<Place> {
  const server = await fakeApiServer([json({})], { cert: issued.certificate, key: issued.key })
  cleanups.push(server.close)
  return { server: server.url, ca, received: () => server.received }
}

/** Takes connections, and never says a word. */
async function swallows(): Promise<Place> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => void sockets.add(socket.on('error', () => {})))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { server: `https://127.0.0.1:${(server.address() as { port: number }).port}`, received: () => [] }
}

const nowhere = (server: string): Place => ({ server, received: () => [] })

const places: { what: string; place: () => Promise<Place>; says: RegExp }[] = [
  {
    what: 'a name that DNS does not know',
    place: async () => nowhere('https://no-such-host.invalid'),
    says: /ENOTFOUND|EAI_AGAIN/,
  },
  {
    what: 'a certificate of another authority',
    place: async () => secured(await (await createAuthority()).issueServer('other'), authority.certificate),
    says: /certificate|signature/,
  },
  { what: 'a port at which nobody listens', place: async () => nowhere('https://127.0.0.1:9'), says: /ECONNREFUSED/ },
  { what: 'an address that swallows everything', place: swallows, says: /[Tt]imeout/ },
]

describe.each(places)('$what', ({ place, says }) => {
  it.each(['call', 'watch'] as const)(
    'is a typed error for a %s, without the token and with nothing sent',
    {
      timeout: 40_000,
    },
    async (kind) => {
      const { server, ca, received } = await place()
      const access = async () => ({
        headers: { authorization: `Bearer ${token}` },
        tls: ca === undefined ? {} : { ca },
      })
      const transport = createTransport({
        cluster: { server, access, refused: () => {} },
        ...{ clock: systemClock, random: () => 0 },
      })
      cleanups.push(transport.close)
      const since = performance.now()
      const asked =
        kind === 'call'
          ? transport.request({ method: 'PATCH', path: '/a', body: {}, timeout: 30_000 })
          : transport.stream({ path: '/w', timeout: 30_000 })
      const error = await asked.then(
        () => undefined,
        (failure: Error & { code?: string }) => failure,
      )
      expect(error).toMatchObject({ name: 'ConnectionError', code: 'unreachable', outcomeUnknown: false })
      expect(`${error?.message} ${error?.cause}`).toMatch(says)
      expect(`${error?.message} ${error?.stack} ${JSON.stringify(error)} ${error?.cause}`).not.toContain(token)
      expect(performance.now() - since).toBeLessThanOrEqual(12_000)
      expect(received()).toEqual([])
    },
  )
})

describe('a name with an address of IPv6 that leads nowhere', () => {
  it('is reached over IPv4', async () => {
    const server = await fakeApiServer([json({ ok: true })])
    cleanups.push(server.close)
    // The discard prefix: no route leads there.
    const lookup: LookupFunction = (_name, _options, found) =>
      found(null, [
        { address: '100::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ])
    const agent = new Agent({ connect: settledConnector({ timeout: 10_000, lookup }) })
    cleanups.push(() => agent.close())
    const since = performance.now()
    const answer = await request(`http://dual-stack.invalid:${server.port}/`, { dispatcher: agent })
    expect(await answer.body.json()).toEqual({ ok: true })
    expect(performance.now() - since).toBeLessThanOrEqual(2_000)
  })
})
