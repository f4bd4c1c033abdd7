import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Project } from '../../src/api/project.ts'
import { isConflict, isForbidden, isInvalid, isNotFound, isNotServed } from '../../src/kube/api-error.ts'
import { createListWatch } from '../../src/kube/list-watch.ts'
import { createProjects, type Projects } from '../../src/kube/projects.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { type Api, adminApi, createNamespace } from '../support/control-plane.ts'
import { createProject, operatorTransport, projectRef } from './cluster.ts'

let api: Api
let transport: Transport
let projects: Projects
let namespace: string
const never = new AbortController().signal

beforeAll(async () => {
  api = await adminApi()
  transport = await operatorTransport()
  projects = createProjects(transport)
  namespace = await createNamespace(api)
})

afterAll(async () => {
  await transport.close()
  await api.close()
})

let count = 0
async function newProject(): Promise<Project> {
  const name = `p${count++}`
  await createProject(api, { namespace, name })
  return live(name)
}

async function live(name: string): Promise<Project> {
  const project = await projects.readLive({ namespace, name }, never)
  if (project === undefined) throw new Error(`Cannot find Project ${name}`)
  return project
}

/** A Project as it was read before another one took its name. */
async function recreated(): Promise<Project> {
  const project = await newProject()
  const { name } = project.metadata
  await api.delete(projectRef(namespace, name))
  await createProject(api, { namespace, name })
  return project
}

describe('the status of a Project', () => {
  it('is patched member by member: new ones set, absent ones removed, lists replaced', async () => {
    const project = await newProject()
    const address = { id: 1, ipv4: '192.0.2.1', location: 'nbg1' }
    const first = await projects.patchStatus(project, { observedGeneration: 1, summary: 'Working', address }, never)
    expect(first).toMatchObject({ status: { observedGeneration: 1, summary: 'Working', address } })

    const second = await projects.patchStatus(first as Project, { observedGeneration: 1, summary: 'Done' }, never)
    expect((second as Project).status).toEqual({ observedGeneration: 1, summary: 'Done' })
    expect((await live(project.metadata.name)).status).toEqual({ observedGeneration: 1, summary: 'Done' })
  })

  it('costs no request when nothing differs', async () => {
    const project = await newProject()
    expect(await projects.patchStatus(project, { observedGeneration: -1 }, never)).toBe('unchanged')
    expect((await live(project.metadata.name)).metadata.resourceVersion).toBe(project.metadata.resourceVersion)
  })

  it('is refused as Conflict when the Project has changed since it was read', async () => {
    const project = await newProject()
    await projects.patchStatus(project, { observedGeneration: 1 }, never)
    const late = projects.patchStatus(project, { observedGeneration: 2 }, never)
    await expect(late).rejects.toSatisfy(isConflict)
  })

  it('is refused as Conflict when the name belongs to another Project by now', async () => {
    const project = await recreated()
    const foreign = projects.patchStatus(project, { observedGeneration: 2 }, never)
    await expect(foreign).rejects.toSatisfy(isConflict)
    expect((await live(project.metadata.name)).status).toEqual({ observedGeneration: -1 })
  })

  it('is not patched without a version, which would mean any version', async () => {
    const project = await newProject()
    const blind = { ...project, metadata: { ...project.metadata, resourceVersion: '' } }
    await expect(projects.patchStatus(blind, { observedGeneration: 1 }, never)).rejects.toThrow('resourceVersion')
  })

  it('is refused as Invalid, with the field, when it does not fit the schema', async () => {
    const project = await newProject()
    const broken = projects.patchStatus(project, { observedGeneration: 1, summary: 'x'.repeat(10_000) }, never)
    await expect(broken).rejects.toSatisfy(isInvalid)
    await expect(broken).rejects.toMatchObject({ status: 422, causes: [{ field: 'status.summary' }, {}] })
  })
})

describe('the finalizers of a Project', () => {
  it('are set and taken away, and the spec stays as the user wrote it', async () => {
    const project = await newProject()
    const guarded = await projects.setFinalizers(project, ['botyard.dev/cleanup'], never)
    expect(guarded.metadata.finalizers).toEqual(['botyard.dev/cleanup'])
    expect(guarded.metadata.generation).toBe(project.metadata.generation)
    const free = await projects.setFinalizers(guarded, [], never)
    expect(free.metadata.finalizers).toBeUndefined()
    expect(free.spec).toEqual(project.spec)
  })

  it('are taken from a Project in deletion, which ends it, and once more from nothing', async () => {
    const guarded = await projects.setFinalizers(await newProject(), ['botyard.dev/cleanup'], never)
    const { name } = guarded.metadata
    await api.delete(projectRef(namespace, name))
    const dying = await live(name)
    expect(dying.metadata.deletionTimestamp).toBeDefined()
    await projects.setFinalizers(dying, [], never)
    expect(await projects.readLive({ namespace, name }, never)).toBeUndefined()
    expect((await projects.setFinalizers(dying, [], never)).metadata.finalizers).toEqual([])
    await expect(projects.setFinalizers(dying, ['a.example/b', 'c.example/d'], never)).rejects.toSatisfy(isNotFound)
  })

  it('are refused as Conflict when the Project has changed, or is another one by now', async () => {
    const project = await newProject()
    await projects.patchStatus(project, { observedGeneration: 1 }, never)
    await expect(projects.setFinalizers(project, ['botyard.dev/cleanup'], never)).rejects.toSatisfy(isConflict)
    await expect(projects.setFinalizers(await recreated(), ['botyard.dev/cleanup'], never)).rejects.toSatisfy(
      isConflict,
    )
  })
})

describe('Projects, listed and watched', () => {
  it('come in pages that together are the whole, at one version', async () => {
    for (let index = 0; index < 3; index++) await newProject()
    const whole = await projects.listWatch.list({ signal: never })
    const names: string[] = []
    let page = await projects.listWatch.list({ limit: 2, signal: never })
    const version = page.resourceVersion
    for (;;) {
      names.push(...page.items.map(({ metadata }) => metadata.name))
      expect(page.resourceVersion).toBe(version)
      if (!page.continue) break
      page = await projects.listWatch.list({ limit: 2, continue: page.continue, signal: never })
    }
    expect(names).toEqual(whole.items.map(({ metadata }) => metadata.name))
    const later = await projects.listWatch.list({ limit: 2, resourceVersion: version, signal: never })
    expect(BigInt(later.resourceVersion)).toBeGreaterThanOrEqual(BigInt(version))
  })

  it('tell on a resumed watch what changed while nobody watched', async () => {
    const project = await newProject()
    const { resourceVersion } = project.metadata
    await projects.patchStatus(project, { observedGeneration: 7 }, never)
    const other = await newProject()
    await api.delete(projectRef(namespace, other.metadata.name))

    const seen: string[] = []
    const stop = new AbortController()
    for await (const event of projects.listWatch.watch({ resourceVersion, timeoutSeconds: 60, signal: stop.signal })) {
      if (event.type === 'BOOKMARK') continue
      seen.push(`${event.type} ${event.object.metadata.name}`)
      if (event.type === 'DELETED') break
    }
    const [a, b] = [project.metadata.name, other.metadata.name]
    expect(seen).toEqual([`MODIFIED ${a}`, `ADDED ${b}`, `DELETED ${b}`])
  })

  it('end a watch by abort with the reason given, and by themselves when the time is up', async () => {
    const { resourceVersion } = await projects.listWatch.list({ signal: never })
    const watch = (timeoutSeconds: number, signal: AbortSignal) =>
      collect(projects.listWatch.watch({ resourceVersion, timeoutSeconds, signal }))
    const reason = new Error('enough')
    const stop = new AbortController()
    const cut = watch(60, stop.signal)
    setImmediate(() => stop.abort(reason))
    await expect(cut).rejects.toBe(reason)
    for (const event of await watch(1, never)) expect(event.type).toBe('BOOKMARK')
  })

  it('answer a watch from a version long gone with 410, which a list then mends', async () => {
    const old = projects.listWatch.watch({ resourceVersion: '1', timeoutSeconds: 5, signal: never })
    await expect(collect(old)).rejects.toMatchObject({ status: 410, reason: 'Expired' })
  })

  it('answer a list at a version from the future with its cause, within the deadline', async () => {
    const future = projects.listWatch.list({
      resourceVersion: '999999999',
      limit: 2,
      signal: AbortSignal.timeout(9_000),
    })
    await expect(future).rejects.toMatchObject({ status: 504, causes: [{ reason: 'ResourceVersionTooLarge' }] })
  })
})

describe('what the operator has no right to', () => {
  it('is Forbidden', async () => {
    const path = '/api/v1/secrets'
    await expect(transport.request({ method: 'GET', path })).rejects.toSatisfy(isForbidden)
    const watch = createListWatch({ transport, path }).watch({ resourceVersion: '0', timeoutSeconds: 5, signal: never })
    await expect(collect(watch)).rejects.toSatisfy(isForbidden)
  })

  it('is told from what nobody serves', async () => {
    const missing = createListWatch({ transport, path: '/apis/botyard.dev/v1alpha1/gardens' }).list({ signal: never })
    await expect(missing).rejects.toSatisfy((error) => isForbidden(error) || isNotServed(error))
  })
})

async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const event of events) all.push(event)
  return all
}
