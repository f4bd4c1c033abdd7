// Credentials that change under a running process: exec plugins, OpenID Connect, files that are rotated.

import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Authority, createAuthority } from '../../scripts/control-plane/certificates.ts'
import { systemClock } from '../../src/clock.ts'
import { loadClusterConfig } from '../../src/kube/cluster-config.ts'
import { createTransport } from '../../src/kube/transport.ts'
import { type FakeApiServer, fakeApiServer, json, type Reply, refusal } from './fake-api-server.ts'

let directory: string
let authority: Authority
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'botyard-credentials-'))
  authority = await createAuthority()
})
afterAll(() => rm(directory, { recursive: true }))

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

const file = (name: string) => path.join(directory, name)

/** An API server that wants a certificate, and a kubeconfig for it with this user. */
async function setUp(user: object, replies: Reply[] = [json({ ok: true })]) {
  const { certificate: cert, key } = await authority.issueServer('api')
  const ca = authority.certificate
  const server = await fakeApiServer(replies, { cert, key, ca, requestCert: true, rejectUnauthorized: false })
  await writeFile(file('ca.crt'), ca)
  const config = {
    'current-context': 'one',
    clusters: [{ name: 'c', cluster: { server: server.url, 'certificate-authority': file('ca.crt') } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'one', context: { cluster: 'c', user: 'u' } }],
  }
  const write = (more: object = {}) => writeFile(file('config'), JSON.stringify({ ...config, ...more }))
  await write()
  const cluster = await loadClusterConfig({ clock: systemClock, kubeconfig: file('config') })
  const transport = createTransport({ cluster, clock: systemClock, random: () => 0 })
  cleanups.push(transport.close, server.close)
  return { server, write, get: () => transport.request({ method: 'GET', path: '/a' }) }
}

const tokens = ({ received }: FakeApiServer) => received.map(({ headers }) => headers.authorization)

/** A plugin with this status, an expression in which `run` counts how often it was asked. */
async function plugin(status: string) {
  const script = file('plugin.mjs')
  await writeFile(
    script,
    `import { appendFileSync, readFileSync } from 'node:fs'
appendFileSync('${file('runs')}', 'x')
const run = readFileSync('${file('runs')}', 'utf8').length
console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: ${status} }))`,
  )
  await chmod(script, 0o700)
  await writeFile(file('runs'), '')
  return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: [script] } }
}

describe('an exec plugin', () => {
  it('gives the token, and is asked again only when it has run out', async () => {
    const inAnHour = '2999-01-01T00:00:00Z'
    const { server, get } = await setUp(await plugin(`{ token: 't' + run, expirationTimestamp: '${inAnHour}' }`))
    await get()
    await get()
    expect(tokens(server)).toEqual(['Bearer t1', 'Bearer t1'])
  })

  it('whose token has run out is asked for another', async () => {
    const longAgo = '2001-01-01T00:00:00Z'
    const { server, get } = await setUp(await plugin(`{ token: 't' + run, expirationTimestamp: '${longAgo}' }`))
    await get()
    await get()
    expect(tokens(server)).toEqual(['Bearer t1', 'Bearer t2'])
  })

  it('whose token is refused (401) is asked once more', async () => {
    const replies = [refusal(401, 'Unauthorized'), json({ ok: true })]
    const { server, get } = await setUp(await plugin(`{ token: 't' + run }`), replies)
    expect(await get()).toEqual({ ok: true })
    expect(tokens(server)).toEqual(['Bearer t1', 'Bearer t2'])
  })

  it('may give a client certificate', async () => {
    const { certificate, key } = await authority.issueClient('somebody')
    await writeFile(file('exec.json'), JSON.stringify({ certificate, key }))
    const read = `JSON.parse(readFileSync('${file('exec.json')}', 'utf8'))`
    const look: Reply = (response, request) => {
      const { getPeerCertificate } = request.socket as unknown as { getPeerCertificate(): { subject: { CN: string } } }
      json({ user: getPeerCertificate.call(request.socket).subject.CN })(response, request)
    }
    const status = `{ clientCertificateData: ${read}.certificate, clientKeyData: ${read}.key }`
    const { get } = await setUp(await plugin(status), [look])
    expect(await get()).toEqual({ user: 'somebody' })
  })

  it('that fails is a typed error, and asked again by the next call', async () => {
    // A read is tried three times.
    const user = await plugin(`run <= 3 ? process.exit(3) : { token: 't' + run }`)
    const { server, get } = await setUp(user)
    await expect(get()).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('credentials') })
    expect(await get()).toEqual({ ok: true })
    expect(tokens(server)).toEqual(['Bearer t4'])
  })
})

describe('OpenID Connect', () => {
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url')
  const idToken = (exp: number) => `${part({ alg: 'none' })}.${part({ exp })}.c2ln`
  const user = (config: object) => ({ 'auth-provider': { name: 'oidc', config } })

  it('gives the ID token while it is valid', async () => {
    const token = idToken(32_000_000_000)
    const { server, get } = await setUp(user({ 'id-token': token }))
    await get()
    expect(tokens(server)).toEqual([`Bearer ${token}`])
  })

  it('whose issuer cannot be reached for another is a typed error without a token in it', async () => {
    const config = { 'id-token': idToken(1), 'client-id': 'c', 'refresh-token': 'hush' }
    const { server, get } = await setUp(user({ ...config, 'idp-issuer-url': 'https://127.0.0.1:1' }))
    const error = await get().then(
      () => new Error('it went well'),
      (error: Error) => error,
    )
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'unreachable' })
    expect(`${error.message} ${error.cause} ${(error.cause as Error).stack}`).not.toContain('hush')
    expect(server.received).toEqual([])
  })
})

describe('a file that is rotated', () => {
  const user = (response: Parameters<Reply>[0], request: Parameters<Reply>[1]) => {
    const socket = request.socket as unknown as { getPeerCertificate(): { subject?: { CN: string } } }
    json({ user: socket.getPeerCertificate().subject?.CN })(response, request)
  }

  it('with the client certificate is taken up by the next call', async () => {
    const issue = async (name: string) => {
      const { certificate, key } = await authority.issueClient(name)
      await Promise.all([writeFile(file('tls.crt'), certificate), writeFile(file('tls.key'), key)])
    }
    await issue('before')
    const credentials = { 'client-certificate': file('tls.crt'), 'client-key': file('tls.key') }
    const { get } = await setUp(credentials, [user])
    expect(await get()).toEqual({ user: 'before' })
    await issue('after')
    expect(await get()).toEqual({ user: 'after' })
  })

  it('is the kubeconfig itself: after a 401 it is read again', async () => {
    const replies = [json({}), refusal(401, 'Unauthorized'), json({ ok: true })]
    const { server, write, get } = await setUp({ token: 'old' }, replies)
    await get()
    await write({ users: [{ name: 'u', user: { token: 'young' } }] })
    expect(await get()).toEqual({ ok: true })
    expect(tokens(server)).toEqual(['Bearer old', 'Bearer old', 'Bearer young'])
  })

  it('is the kubeconfig itself, broken: what it said last stays', async () => {
    const { server, get } = await setUp({ token: 'old' }, [refusal(401, 'Unauthorized'), json({ ok: true })])
    await writeFile(file('config'), '{ half')
    expect(await get()).toEqual({ ok: true })
    expect(tokens(server)).toEqual(['Bearer old', 'Bearer old'])
    expect(await readFile(file('config'), 'utf8')).toBe('{ half')
  })
})
