import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { createServer } from 'node:https'
import { type AddressInfo, createServer as createTCPServer, type Server, type Socket } from 'node:net'
import * as x509 from '@peculiar/x509'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { seconds, systemClock } from '../../../src/clock.ts'
import { createProbe, type ProbeResult } from '../../../src/providers/probe/probe.ts'
import { type IssuedCertificates, issueCertificates } from '../../../src/reconcilers/certificates.ts'
import { fakeClock } from '../../support/fake-clock.ts'

const address = '127.64.0.1'
const canary = 'canary-7d1f-body'
const issue = (ip: string) => issueCertificates({ ip, commonName: 'ns/name', clock: systemClock })

let ours: IssuedCertificates
beforeAll(async () => {
  ours = await issue(address)
})

const servers: Server[] = []
const sockets = new Set<Socket>()
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function listen(server: Server, host = address): Promise<number> {
  servers.push(server)
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return (server.address() as AddressInfo).port
}

type Answer = NonNullable<Parameters<typeof createServer>[1]>
const serve = (answer: Answer, { certificate, key }: { certificate: string; key: string } = ours) =>
  listen(createServer({ cert: certificate, key }, answer))

const probe = createProbe({ allowRanges: ['127.64.0.0/10'], clock: systemClock })
const look = (port: number, more: { path?: string; ca?: string; address?: string } = {}): Promise<ProbeResult> =>
  probe({ address, port, path: '/health', ca: ours.caCertificate, signal: new AbortController().signal, ...more })

describe('a server as Telegram would see it', () => {
  it('is fine when it answers 2xx under the trusted certificate, without SNI and under its address', async () => {
    const seen: unknown[] = []
    const port = await serve((request, response) => {
      seen.push(
        request.method,
        request.url,
        request.headers.host,
        'servername' in request.socket && request.socket.servername,
      )
      response.writeHead(204).end()
    })
    expect(await look(port, { path: '/health?x=1' })).toEqual({ kind: 'ok', status: 204 })
    expect(seen).toEqual(['GET', '/health?x=1', `${address}:${port}`, false])
  })

  it.each([301, 302, 308, 401, 404, 500, 503])('is not fine when it answers %i', async (status) => {
    let requests = 0
    const port = await serve((_request, response) => {
      requests++
      response.writeHead(status, { location: '/health' }).end(canary)
    })
    const result = await look(port)
    expect(result).toMatchObject({ kind: 'http', status })
    expect(JSON.stringify(result)).not.toContain(canary)
    expect(requests).toBe(1)
  })

  it('is not read beyond its answer: an endless body neither delays nor fills anything', async () => {
    let onClose: () => void = () => {}
    const closed = new Promise<void>((resolve) => {
      onClose = resolve
    })
    const port = await serve((_request, response) => {
      response.on('close', onClose)
      response.writeHead(200)
      const flood = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) {}
      }
      response.on('drain', flood)
      flood()
    })
    expect(await look(port)).toEqual({ kind: 'ok', status: 200 })
    await closed
  })

  it('is not fine when its headers are larger than 4 KiB', async () => {
    const port = await serve(
      (_request, response) => void response.writeHead(200, { 'x-large': 'a'.repeat(5_000) }).end(),
    )
    expect(await look(port)).toMatchObject({ kind: 'http' })
  })

  it('is not fine when it speaks something else than HTTP, and what it says is not shown', async () => {
    const port = await serve((request) => void request.socket.end(`${canary}\r\n\r\n`))
    const result = await look(port)
    expect(result).toMatchObject({ kind: 'http' })
    expect(JSON.stringify(result)).not.toContain(canary)
  })

  it('is not fine when it hangs up after the handshake', async () => {
    expect(await look(await serve((request) => void request.socket.destroy()))).toMatchObject({ kind: 'http' })
  })
})

/** A certificate as we never issue one; `names` are pairs of SAN type and value. */
async function selfSigned(commonName: string, names: string[]): Promise<{ certificate: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const san = names.flatMap((type, index) =>
    index % 2 === 0 ? [{ type: type as x509.GeneralNameType, value: names[index + 1] ?? '' }] : [],
  )
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    signingAlgorithm: algorithm,
    keys,
    extensions: san.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(san)],
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { certificate: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') }
}

describe('a certificate', () => {
  const fine: Answer = (_request, response) => void response.end()

  it('of another CA is not trusted', async () => {
    const other = await issue(address)
    const result = await look(await serve(fine, other))
    expect(result).toMatchObject({ kind: 'tls', detail: expect.stringContaining('handshake') })
  })

  it('of our CA for another address does not fit', async () => {
    const other = await issue('127.64.0.2')
    const result = await look(await serve(fine, other), { ca: other.caCertificate })
    expect(result).toMatchObject({ kind: 'tls', detail: expect.stringContaining('common name') })
  })

  it.each([
    {
      is: "also naming a DNS host switches Telegram's comparison off",
      names: ['ip', address, 'dns', 'x.test'],
      detail: 'DNS',
    },
    {
      is: 'naming the address only as SAN fails that comparison',
      commonName: 'x',
      names: ['ip', address],
      detail: 'common name',
    },
    { is: 'naming the address only as common name fails other clients', names: [], detail: 'ALTNAME' },
  ])('$is', async ({ commonName, names, detail }) => {
    const made = await selfSigned(commonName ?? address, names)
    const result = await look(await serve(fine, made), { ca: made.certificate })
    expect(result).toMatchObject({ kind: 'tls', detail: expect.stringContaining(detail) })
  })

  it('is asked for: plain HTTP is not enough', async () => {
    const port = await listen(createTCPServer((socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\n')))
    expect(await look(port)).toMatchObject({ kind: 'tls' })
  })

  it('needs a CA that can be read', async () => {
    expect(await look(await serve(fine), { ca: 'garbage' })).not.toMatchObject({ kind: 'ok' })
  })
})

describe('an address', () => {
  it('that does not listen is refused', async () => {
    const port = await listen(createTCPServer())
    await new Promise((resolve) => servers.pop()?.close(resolve))
    expect(await look(port)).toMatchObject({ kind: 'refused', detail: expect.stringContaining('ECONNREFUSED') })
  })

  it('that is not public gets no connection', async () => {
    let connections = 0
    const server = createTCPServer(() => void connections++)
    const port = await listen(server, '127.0.0.1')
    for (const forbidden of ['127.0.0.1', '::ffff:127.0.0.1', 'localhost', '169.254.169.254']) {
      expect(await look(port, { address: forbidden })).toMatchObject({ kind: 'forbiddenAddress' })
    }
    expect(connections).toBe(0)
  })

  it('gets no request whose path would end the request line', async () => {
    let requests = 0
    const port = await serve((_request, response) => void response.end(String(requests++)))
    expect(await look(port, { path: '/a HTTP/1.1\r\nx: y' })).toMatchObject({ kind: 'http' })
    expect(requests).toBe(0)
  })
})

describe('time', () => {
  const silent = () => listen(createTCPServer((socket) => void socket.on('error', () => {})))

  it.each([
    ['never answers the handshake', silent],
    ['never answers the request', () => serve(() => {})],
  ])('ends a look after 2 s at a server that %s', async (_name, start) => {
    const port = await start()
    const clock = fakeClock()
    const { signal } = new AbortController()
    let result: ProbeResult | undefined
    const over = createProbe({ allowRanges: ['127.64.0.0/10'], clock })({
      address,
      port,
      path: '/',
      ca: ours.caCertificate,
      signal,
    }).then((last) => {
      result = last
    })
    await clock.advance(seconds(2) - 1)
    expect(result).toBeUndefined()
    await clock.advance(1)
    await over
    expect(result).toMatchObject({ kind: 'timeout', detail: 'No answer within 2 s' })
    expect(clock.pending).toBe(0)
  })

  it('ends with the reason of a caller who aborts', async () => {
    const port = await silent()
    const caller = new AbortController()
    const why = new Error('enough')
    const over = expect(
      probe({ address, port, path: '/', ca: ours.caCertificate, signal: caller.signal }),
    ).rejects.toBe(why)
    caller.abort(why)
    await over
  })
})
