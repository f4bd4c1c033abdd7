import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { readCertificate, selfSigned } from '../../src/serving/metrics-certificate.ts'
import type { Admission } from '../../src/serving/metrics-gate.ts'
import { type MetricsServerDeps, startMetricsServer } from '../../src/serving/metrics-server.ts'
import type { ServingCertificate } from '../../src/serving/page-server.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'

const servers: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function start(deps: Partial<MetricsServerDeps> & { admission?: Admission } = {}) {
  const clock = fakeClock(Date.now())
  const reads: string[] = []
  const errors: Error[] = []
  const server = await startMetricsServer({
    host: '127.0.0.1',
    port: 0,
    page: { contentType: 'text/plain; version=0.0.4', render: async () => 'botyard_x 1\n' },
    gate: { judge: async () => deps.admission ?? { kind: 'admitted' } },
    clock,
    onRead: (outcome) => reads.push(outcome),
    onError: (error) => errors.push(error as Error),
    ...deps,
  })
  servers.push(server)
  return { server, clock, reads, errors }
}

interface Answer {
  status: number
  headers: Record<string, unknown>
  body: string
  certificate: string
}

function get(port: number, o: { path?: string; method?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { path: target = '/metrics', method = 'GET' } = o
    const asked = request({ port, host: '127.0.0.1', path: target, method, rejectUnauthorized: false, agent: false })
    asked.on('error', reject)
    asked.on('response', async (response) => {
      const certificate = (response.socket as import('node:tls').TLSSocket).getPeerX509Certificate()?.toString() ?? ''
      let body = ''
      for await (const chunk of response) body += chunk
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body, certificate })
    })
    asked.end()
  })
}

async function directoryWith(pair: ServingCertificate): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'botyard-test-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  await put(directory, pair)
  return directory
}

async function put(directory: string, { certificate, key }: ServingCertificate): Promise<void> {
  await writeFile(path.join(directory, 'tls.crt'), certificate)
  await writeFile(path.join(directory, 'tls.key'), key)
}

const pair = () => selfSigned({ clock: fakeClock(Date.now()) })
const same = (a: string, b: string) => new X509Certificate(a).fingerprint256 === new X509Certificate(b).fingerprint256

/** Files are read in real time, whatever the clock says. */
async function look(clock: FakeClock, holds: () => boolean): Promise<void> {
  await clock.advance(10_000)
  await expect.poll(holds).toBe(true)
}

describe('metrics over HTTPS', () => {
  it('are shown to whoever is admitted', async () => {
    const { server } = await start()
    expect(await get(server.port)).toMatchObject({ status: 200, body: 'botyard_x 1\n' })
    expect((await get(server.port, { method: 'HEAD' })).status).toBe(200)
  })

  it.each([
    { admission: { kind: 'unknown' }, status: 401, says: 'send a bearer token', header: 'www-authenticate' },
    {
      admission: { kind: 'forbidden', username: 'somebody' },
      status: 403,
      says: 'somebody may not get the path /metrics. Bind the ClusterRole botyard-metrics-reader',
      header: 'content-type',
    },
    { admission: { kind: 'unavailable' }, status: 503, says: 'the API server cannot be asked', header: 'retry-after' },
  ] as const)('are refused in one clear line: $status', async ({ admission, status, says, header }) => {
    const { server } = await start({ admission })
    const answer = await get(server.port)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatch(/^Cannot show metrics: [^\n]+\n$/)
    expect(answer.body).toContain(says)
    expect(answer.headers).toHaveProperty(header)
    expect(answer.body).not.toContain('botyard_x')
  })

  it('are all that is served there', async () => {
    const { server } = await start()
    expect((await get(server.port, { path: '/healthz' })).status).toBe(404)
    expect((await get(server.port, { method: 'POST' })).status).toBe(405)
  })

  it('have, without files, a certificate that is made at the start, another one each time', async () => {
    const [one, other] = await Promise.all([start(), start()])
    const [a, b] = [(await get(one.server.port)).certificate, (await get(other.server.port)).certificate]
    expect(new X509Certificate(a).subjectAltName).toContain('DNS:botyard-metrics')
    expect(new Date(new X509Certificate(a).validTo).getTime()).toBeGreaterThan(Date.now() + 3e10)
    expect(same(a, b)).toBe(false)
  })

  it('have the certificate of the files, and the next one when they are rotated', async () => {
    const [first, next] = [await pair(), await pair()]
    const directory = await directoryWith(first)
    const { server, clock, reads } = await start({ directory })
    expect(same((await get(server.port)).certificate, first.certificate)).toBe(true)
    await put(directory, next)
    await look(clock, () => reads.length === 2)
    expect(same((await get(server.port)).certificate, next.certificate)).toBe(true)
    expect(reads).toEqual(['read', 'read'])
  })

  it('keep the last certificate while the files do not fit each other, and tell and count that', async () => {
    const [first, next] = [await pair(), await pair()]
    const directory = await directoryWith(first)
    const { server, clock, reads, errors } = await start({ directory })
    await put(directory, { certificate: next.certificate, key: first.key })
    await look(clock, () => reads.length === 2)
    expect(reads).toEqual(['read', 'failed'])
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('Cannot use tls.crt and tls.key')])
    expect(errors.join()).not.toContain('PRIVATE KEY')
    expect(same((await get(server.port)).certificate, first.certificate)).toBe(true)
    await put(directory, next)
    await look(clock, () => reads.length === 3)
    expect(same((await get(server.port)).certificate, next.certificate)).toBe(true)
  })

  it('look at no file any more once they are closed', async () => {
    const directory = await directoryWith(await pair())
    const { server, clock } = await start({ directory })
    await server.close()
    expect(clock.pending).toBe(0)
  })

  it('do not start without a certificate that can be used', async () => {
    await expect(start({ directory: '/nowhere' })).rejects.toThrow(/^Cannot use tls.crt and tls.key in \/nowhere: /)
    const directory = await directoryWith({ certificate: 'no PEM', key: 'no PEM' })
    await expect(readCertificate(directory)).rejects.toThrow(/^Cannot use tls.crt and tls.key/)
  })
})
