// What may change while a server lives, held by a real API server; and that no rule ever stands in the way of the operator's own writes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, adminApi, createNamespace } from '../support/control-plane.ts'
import { applied, refused } from './cases.ts'
import { changed, type Manifest, recordedServer, smallest, withBot } from './manifests.ts'

let api: Api
let namespace: string

beforeAll(async () => {
  api = await adminApi()
  namespace = await createNamespace(api, { prefix: 'transitions', granted: false })
  await store(withBot(namespace, 'young'), undefined)
  await store(withBot(namespace, 'alive'), recordedServer)
  await store(smallest(namespace, 'alive-without-bot'), recordedServer)
})
afterAll(() => api.close())

async function store(manifest: Manifest, server: unknown): Promise<void> {
  await api.create(manifest)
  if (server !== undefined) await api.patch(manifest, { status: { server } }, { subresource: 'status' })
}

/** An update as a user makes it: the stored object with one field changed; only tried. */
async function update(name: string, path: string, value: unknown): Promise<string> {
  const stored = (await api.get(smallest(namespace, name))) as Manifest
  const url = `/apis/botyard.dev/v1alpha1/namespaces/${namespace}/projects/${name}`
  const body = changed(stored, path, value)
  return api.raw('PUT', url, { body, query: { dryRun: 'All', fieldValidation: 'Strict' } }).then(
    () => 'accepted',
    (error: Error) => error.message,
  )
}

describe('with a server recorded', () => {
  it.each(refused)('a change of %s to %j is refused', async (path, value, text) => {
    const answer = await update('alive', path, value)
    expect(answer).toContain(text)
    expect(answer).toContain(path.replace(/\.(name|key)$/, ''))
  })

  it('a bot is not added later', async () => {
    const answer = await update('alive-without-bot', 'spec.telegram', { tokenSecretRef: { name: 'a' } })
    expect(answer).toContain('must be neither added nor removed while the server exists')
  })

  it.each(applied)('a change of %s to %j is applied', async (path, value) => {
    expect(await update('alive', path, value)).toBe('accepted')
  })
})

describe('without a server recorded', () => {
  it.each([...refused.map(([path, value]) => [path, value] as const), ...applied])(
    '%s may change to %j',
    async (path, value) => {
      expect(await update('young', path, value)).toBe('accepted')
    },
  )

  it('a bot may be added', async () => {
    await store(smallest(namespace, 'young-without-bot'), undefined)
    expect(await update('young-without-bot', 'spec.telegram', { tokenSecretRef: { name: 'a' } })).toBe('accepted')
  })
})

describe("the operator's own writes", () => {
  it('may record a server whose type and location spec does not list, and edits of other fields go on', async () => {
    const foreign = { ...recordedServer, type: 'cax11', location: 'ash' }
    await store(withBot(namespace, 'moved'), foreign)
    await api.patch(withBot(namespace, 'moved'), { status: { summary: 'another write' } }, { subresource: 'status' })
    expect(await update('moved', 'spec.suspend', true)).toBe('accepted')
    expect(await update('moved', 'spec.server.types', ['cpx22'])).toContain('must contain the type')
    expect(await update('moved', 'spec.server.types', ['cpx22', 'cax11'])).toBe('accepted')
  })

  it('may set and clear finalizers of a Project that has a server', async () => {
    const finalizers = ['botyard.dev/cleanup']
    const project = withBot(namespace, 'alive')
    await expect(api.patch(project, { metadata: { finalizers } })).resolves.toMatchObject({ metadata: { finalizers } })
    await api.patch(project, { metadata: { finalizers: null } })
  })

  it('may forget a server that is gone, whereupon every field may change again', async () => {
    await store(withBot(namespace, 'gone'), recordedServer)
    await api.patch(withBot(namespace, 'gone'), { status: { server: null } }, { subresource: 'status' })
    expect(await update('gone', 'spec.server.image', 'debian-12')).toBe('accepted')
  })

  it('may not change spec through status', async () => {
    const answer = await api.patch(withBot(namespace, 'alive'), { spec: { suspend: true } }, { subresource: 'status' })
    expect(answer['spec'].suspend).toBe(false)
  })
})
