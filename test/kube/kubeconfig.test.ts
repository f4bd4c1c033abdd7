import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { loadClusterConfig } from '../../src/kube/cluster-config.ts'

const config = `
apiVersion: v1
kind: Config
current-context: one
clusters:
  - name: plain
    cluster: { server: 'https://192.0.2.1:6443/base/', certificate-authority-data: ${Buffer.from('the ca').toString('base64')}, tls-server-name: api.example }
  - name: proxied
    cluster: { server: 'https://192.0.2.2:6443', proxy-url: 'http://192.0.2.3' }
  - name: careless
    cluster: { server: 'https://192.0.2.4', insecure-skip-tls-verify: true }
users:
  - name: token
    user: { token: abc }
  - name: certificate
    user: { client-certificate-data: ${Buffer.from('cert').toString('base64')}, client-key-data: ${Buffer.from('key').toString('base64')} }
  - name: password
    user: { username: u, password: p }
contexts:
  - { name: one, context: { cluster: plain, user: token } }
  - { name: two, context: { cluster: careless, user: certificate } }
  - { name: three, context: { cluster: plain, user: password } }
  - { name: behind-proxy, context: { cluster: proxied, user: token } }
  - { name: nowhere, context: { cluster: missing, user: token } }
`

let directory: string
let kubeconfig: string
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'botyard-kubeconfig-'))
  kubeconfig = path.join(directory, 'config')
  await writeFile(kubeconfig, config)
})
afterAll(() => rm(directory, { recursive: true }))

const load = (options: { kubeconfig?: string; context?: string } = {}) =>
  loadClusterConfig({ clock: systemClock, kubeconfig, ...options })

describe('a kubeconfig', () => {
  it('gives server, authority and token of its current context', async () => {
    const cluster = await load()
    expect(cluster.server).toBe('https://192.0.2.1:6443/base')
    const { headers, tls } = await cluster.access()
    expect(headers).toMatchObject({ Authorization: 'Bearer abc' })
    expect([String(tls.ca), tls.servername, tls.rejectUnauthorized]).toEqual(['the ca', 'api.example', undefined])
  })

  it('gives the client certificate of another context, and its leave to skip verification', async () => {
    const { tls } = await (await load({ context: 'two' })).access()
    expect([String(tls.cert), String(tls.key), tls.rejectUnauthorized]).toEqual(['cert', 'key', false])
  })

  it('gives a password as a header', async () => {
    const { headers } = await (await load({ context: 'three' })).access()
    expect(headers).toMatchObject({ authorization: `Basic ${Buffer.from('u:p').toString('base64')}` })
  })

  it.each([
    ['a proxy that would be passed by', { context: 'behind-proxy' }, 'proxy-url is not supported'],
    ['a context that is not there', { context: 'four' }, 'context "four" names no cluster'],
    ['a context whose cluster is not there', { context: 'nowhere' }, 'context "nowhere" names no cluster'],
    ['a file that is not there', { kubeconfig: '/nowhere/config' }, 'Cannot load kubeconfig /nowhere/config'],
  ])('is refused for %s', async (_, options, message) => {
    await expect(load(options)).rejects.toThrow(message)
  })
})
