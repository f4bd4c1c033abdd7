// In a pod: the service account's files, and nothing of the client library.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build, type Metafile } from 'esbuild'
import { afterEach, describe, expect, it } from 'vitest'
import { createAuthority } from '../../scripts/control-plane/certificates.ts'
import { systemClock } from '../../src/clock.ts'
import { loadClusterConfig } from '../../src/kube/cluster-config.ts'
import { createTransport } from '../../src/kube/transport.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { fakeApiServer, json, refusal } from './fake-api-server.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function serviceAccount(files: Record<string, string>) {
  const directory = await mkdtemp(path.join(tmpdir(), 'botyard-pod-'))
  cleanups.push(() => rm(directory, { recursive: true }))
  const write = async (more: Record<string, string>) => {
    for (const [name, content] of Object.entries(more)) await writeFile(path.join(directory, name), content)
  }
  await write(files)
  return { directory, write }
}

describe('a pod', () => {
  it('finds the API server by environment, also at an address of IPv6', async () => {
    const { directory } = await serviceAccount({ token: ' t1\n', 'ca.crt': 'ca' })
    const load = (host: string) =>
      loadClusterConfig({ clock: systemClock, inCluster: { host, port: '6443', directory } })
    expect((await load('10.0.0.1')).server).toBe('https://10.0.0.1:6443')
    expect((await load('fd00::1')).server).toBe('https://[fd00::1]:6443')
    expect((await (await load('10.0.0.1')).access()).headers).toEqual({ authorization: 'Bearer t1' })
  })

  it('without a service account is told at once, with what to do', async () => {
    const { directory } = await serviceAccount({})
    await expect(loadClusterConfig({ clock: systemClock, inCluster: { directory } })).rejects.toThrow(
      'outside of a cluster name a kubeconfig',
    )
  })

  it('whose token was rotated reads it again at a 401, for a watch, too', async () => {
    const authority = await createAuthority()
    const { certificate: cert, key } = await authority.issueServer('api')
    const server = await fakeApiServer([json({}), refusal(401, 'Unauthorized'), json({})], { cert, key })
    const { directory, write } = await serviceAccount({ token: 'old', 'ca.crt': authority.certificate })
    const inCluster = { host: '127.0.0.1', port: String(server.port), directory }
    const cluster = await loadClusterConfig({ clock: fakeClock(), inCluster })
    const transport = createTransport({ cluster, clock: systemClock, random: () => 0 })
    cleanups.unshift(transport.close, server.close)
    await transport.request({ method: 'GET', path: '/a' })
    await write({ token: 'young' })
    for await (const _ of await transport.stream({ path: '/w' }));
    const tokens = server.received.map(({ headers }) => headers.authorization)
    expect(tokens).toEqual(['Bearer old', 'Bearer old', 'Bearer young'])
  })

  it('whose authority was rotated trusts the new one within a minute', async () => {
    const [old, young] = [await createAuthority(), await createAuthority()]
    const { certificate: cert, key } = await young.issueServer('api')
    const server = await fakeApiServer([json({ ok: true })], { cert, key })
    const { directory, write } = await serviceAccount({ token: 't', 'ca.crt': old.certificate })
    const clock = fakeClock()
    const inCluster = { host: '127.0.0.1', port: String(server.port), directory }
    const cluster = await loadClusterConfig({ clock, inCluster })
    const transport = createTransport({ cluster, clock: systemClock, random: () => 0 })
    cleanups.unshift(transport.close, server.close)
    const get = () => transport.request({ method: 'GET', path: '/a' })
    await expect(get()).rejects.toMatchObject({ code: 'unreachable' })
    await write({ 'ca.crt': young.certificate })
    await clock.advance(60_000)
    expect(await get()).toEqual({ ok: true })
  })
})

describe('what an operator in a pod loads', () => {
  it('has nothing of the client library in it: only the loader of a kubeconfig imports that', async () => {
    const { metafile } = await build({
      entryPoints: ['src/main.ts'],
      ...{ bundle: true, write: false, metafile: true, platform: 'node', format: 'esm', logLevel: 'error' },
    })
    const loaded = evaluatedFrom('src/main.ts', metafile)
    expect(loaded.filter((input) => input.includes('@kubernetes/client-node'))).toEqual([])
    expect(loaded).toContain('src/kube/cluster-config.ts')
    expect(loaded).not.toContain('src/kube/kubeconfig.ts')
    expect(Object.keys(metafile.inputs)).toContain('src/kube/kubeconfig.ts')
  })
})

/** Every module that is evaluated because this one is; what waits behind `import()` is not. */
function evaluatedFrom(entry: string, { inputs }: Metafile): string[] {
  const found = new Set([entry])
  for (const each of found) {
    for (const { path, kind } of inputs[each]?.imports ?? []) if (kind !== 'dynamic-import') found.add(path)
  }
  return [...found]
}
