// A Kubernetes API server small enough to look through: objects by path, optimistic locking, finalizers, and every write on record.

import { ApiError } from '../../src/kube/api-error.ts'
import type { RequestOptions, Transport } from '../../src/kube/transport.ts'

export interface StoredObject {
  metadata: {
    name: string
    namespace: string
    uid: string
    resourceVersion: string
    finalizers?: string[]
    deletionTimestamp?: string
    [other: string]: unknown
  }
  [other: string]: unknown
}

/** A request that would change something, had it come to a real server; also one that turned out to change nothing. */
export interface ClusterWrite {
  method: string
  path: string
  body: string
}

export interface FakeCluster {
  readonly transport: Transport
  readonly writes: ClusterWrite[]
  get(path: string): StoredObject | undefined
  /** As a user would: at once, past every lock. */
  put(path: string, object: Record<string, unknown>): StoredObject
  change(path: string, change: (object: StoredObject) => void): void
  /** Marks it for deletion, or removes it when nothing holds it. */
  remove(path: string): void
  paths(): string[]
  /** Runs before each request; what it throws is the answer. */
  onRequest: (line: string) => void
}

const collection = (path: string) => path.slice(0, path.lastIndexOf('/'))

export function createFakeCluster(): FakeCluster {
  const objects = new Map<string, StoredObject>()
  const writes: ClusterWrite[] = []
  let version = 100

  function store(path: string, object: StoredObject): StoredObject {
    version += 1
    const { metadata } = object
    const kept = structuredClone({ ...object, metadata: { ...metadata, resourceVersion: String(version) } })
    if (metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0) objects.delete(path)
    else objects.set(path, kept)
    return structuredClone(kept)
  }

  function existing(path: string): StoredObject {
    const object = objects.get(path)
    if (object === undefined) throw refused(404, 'NotFound', path)
    return structuredClone(object)
  }

  function patch(path: string, body: Record<string, unknown>): StoredObject {
    const isStatus = path.endsWith('/status')
    const at = isStatus ? collection(path) : path
    const before = existing(at)
    const { metadata, ...rest } = body as { metadata: StoredObject['metadata'] }
    for (const name of ['uid', 'resourceVersion'] as const)
      if (metadata[name] !== before.metadata[name]) throw refused(409, 'Conflict', at)
    const { uid: _uid, resourceVersion: _version, ...changes } = metadata
    return store(at, merged(before, isStatus ? rest : { ...rest, metadata: changes }) as StoredObject)
  }

  function create(path: string, body: StoredObject): StoredObject {
    const at = `${path}/${body.metadata.name}`
    if (objects.has(at)) throw refused(409, 'AlreadyExists', at)
    return store(at, { ...body, metadata: { ...body.metadata, uid: `uid-${version}` } })
  }

  function replace(path: string, body: StoredObject): StoredObject {
    if (body.metadata.resourceVersion !== existing(path).metadata.resourceVersion) throw refused(409, 'Conflict', path)
    return store(path, body)
  }

  function remove(path: string): void {
    const object = existing(path)
    if ((object.metadata.finalizers ?? []).length === 0) return void objects.delete(path)
    store(path, { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })
  }

  function answer({ method, path, body }: RequestOptions): unknown {
    if (method === 'GET') return existing(path)
    writes.push({ method, path, body: JSON.stringify(body ?? {}) })
    if (method === 'PATCH') return patch(path, body as Record<string, unknown>)
    if (method === 'POST') return create(path, body as StoredObject)
    if (method === 'PUT') return replace(path, body as StoredObject)
    return remove(path)
  }

  const cluster: FakeCluster = {
    transport: {
      async request<T>(options: RequestOptions) {
        cluster.onRequest(`${options.method} ${options.path}`)
        return structuredClone(answer(options)) as T
      },
      stream: () => Promise.reject(new Error('Nobody watches here')),
      close: async () => {},
    },
    writes,
    get: (path) => structuredClone(objects.get(path)),
    put: (path, object) => store(path, object as StoredObject),
    change(path, change) {
      const object = existing(path)
      change(object)
      store(path, object)
    },
    remove,
    paths: () => [...objects.keys()],
    onRequest: () => {},
  }
  return cluster
}

const refused = (status: number, reason: string, path: string) =>
  new ApiError(`Cannot do that with ${path}: ${reason}`, { status, reason })

/** RFC 7386. */
function merged(target: unknown, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change
  const result: Record<string, unknown> = { ...(target as object | undefined) }
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete result[name]
    else result[name] = merged(result[name], value)
  }
  return result
}
