import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { systemClock } from '../../src/clock.ts'
import { isAlreadyExists, isConflict, isForbidden, isInvalid, isNotFound } from '../../src/kube/api-error.ts'
import { loadClusterConfig } from '../../src/kube/cluster-config.ts'
import { createConfigMaps } from '../../src/kube/config-maps.ts'
import { createNamespaces } from '../../src/kube/namespaces.ts'
import { createSecrets, type Secrets } from '../../src/kube/secrets.ts'
import { createTransport, type Transport } from '../../src/kube/transport.ts'
import { type Api, adminApi, controlPlane, createNamespace, operatorKubeconfig } from '../support/control-plane.ts'
import { operatorTransport } from './cluster.ts'

let api: Api
let transport: Transport
let secrets: Secrets
let namespace: string
const never = new AbortController().signal

beforeAll(async () => {
  api = await adminApi()
  transport = await operatorTransport()
  secrets = createSecrets(transport)
  namespace = await createNamespace(api)
})

afterAll(async () => {
  await transport.close()
  await api.close()
})

describe('a Secret', () => {
  it('goes there and back byte for byte, through create, get, update and delete', async () => {
    const metadata = { namespace, name: 'round-trip', labels: { 'botyard.dev/cluster': 'lab' } }
    const data = { token: 'ключ\u2028\n', empty: '', bom: '\uFEFFx' }
    const created = await secrets.create({ metadata, type: 'Opaque', data }, never)
    expect(created).toMatchObject({ metadata, type: 'Opaque', data })
    expect(await secrets.get(metadata, never)).toEqual(created)

    const updated = await secrets.update({ ...created, data: { token: 'new' } }, never)
    expect((await secrets.get(metadata, never))?.data).toEqual({ token: 'new' })
    expect(updated.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion)

    await secrets.delete(metadata, never)
    await secrets.delete(metadata, never)
    expect(await secrets.get(metadata, never)).toBeUndefined()
  })

  it('keeps, through an update, what is no text', async () => {
    const name = 'binary'
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80]).toString('base64')
    await api.create({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, data: { bytes } })
    const read = await secrets.get({ namespace, name }, never)
    expect(read).toMatchObject({ data: {}, binaryData: { bytes } })
    if (read !== undefined) await secrets.update({ ...read, data: { text: 'added' } }, never)
    const stored = await api.get({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name } })
    expect(stored['data']).toEqual({ bytes, text: Buffer.from('added').toString('base64') })
  })

  it('is not created twice, not updated from an old view, not deleted in place of another', async () => {
    const metadata = { namespace, name: 'guarded' }
    const created = await secrets.create({ metadata, data: { a: '1' } }, never)
    await expect(secrets.create({ metadata, data: {} }, never)).rejects.toSatisfy(isAlreadyExists)
    await secrets.update({ ...created, data: { a: '2' } }, never)
    await expect(secrets.update({ ...created, data: { a: '3' } }, never)).rejects.toSatisfy(isConflict)
    await expect(secrets.update({ metadata, data: {} }, never)).rejects.toThrow('resourceVersion')
    const uid = '00000000-0000-4000-8000-000000000000'
    await expect(secrets.delete({ ...metadata, uid }, never)).rejects.toSatisfy(isConflict)
    expect((await secrets.get(metadata, never))?.data).toEqual({ a: '2' })
  })

  it('never shows a byte of itself in the text of a refusal', async () => {
    const refused = secrets.create(
      { metadata: { namespace, name: 'x' }, type: 'kubernetes.io/tls', data: { a: 'hush' } },
      never,
    )
    const error = await refused.catch((error) => error)
    expect(isInvalid(error)).toBe(true)
    expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/hush|aHVzaA/)
  })

  it('is Forbidden in a namespace that was not granted, which is told from a missing Secret', async () => {
    const closed = await createNamespace(api, { granted: false })
    await expect(secrets.get({ namespace: closed, name: 'any' }, never)).rejects.toSatisfy(isForbidden)
    expect(await secrets.get({ namespace, name: 'any' }, never)).toBeUndefined()
  })
})

describe('the other reads', () => {
  it('give a ConfigMap, or undefined', async () => {
    const metadata = { namespace, name: 'settings' }
    await api.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'b' } })
    const configMaps = createConfigMaps(transport)
    expect((await configMaps.get(metadata, never))?.data).toEqual({ a: 'b' })
    expect(await configMaps.get({ namespace, name: 'missing' }, never)).toBeUndefined()
  })

  it('give the uid of kube-system, and a typed refusal for any other namespace', async () => {
    const namespaces = createNamespaces(transport)
    const { uid } = (await api.get({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } })).metadata
    expect(await namespaces.uidOf('kube-system', never)).toBe(uid)
    await expect(namespaces.uidOf('default', never)).rejects.toSatisfy(isForbidden)
    const admin = await adminTransport()
    await expect(createNamespaces(admin).uidOf('missing', never)).rejects.toSatisfy(isNotFound)
    await admin.close()
  })
})

describe('the service account of a pod', () => {
  it('reaches the API server with the token and authority in its folder', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'botyard-account-'))
    try {
      const { users } = parse(await readFile(await operatorKubeconfig(), 'utf8'))
      const { url, ca } = await controlPlane()
      await writeFile(path.join(directory, 'token'), `${users[0].user.token}\n`)
      await writeFile(path.join(directory, 'ca.crt'), ca)
      const { hostname: host, port } = new URL(url)
      const cluster = await loadClusterConfig({ clock: systemClock, inCluster: { host, port, directory } })
      const asPod = createTransport({ cluster, clock: systemClock, random: Math.random })
      expect(await createNamespaces(asPod).uidOf('kube-system', never)).toMatch(/^[0-9a-f-]{36}$/)
      await asPod.close()
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  it('is missed at once outside of a pod', async () => {
    const missing = loadClusterConfig({ clock: systemClock, inCluster: { directory: '/nowhere' } })
    await expect(missing).rejects.toThrow('name a kubeconfig')
  })
})

async function adminTransport(): Promise<Transport> {
  const { adminKubeconfig: kubeconfig } = await controlPlane()
  const cluster = await loadClusterConfig({ clock: systemClock, kubeconfig })
  return createTransport({ cluster, clock: systemClock, random: Math.random })
}
