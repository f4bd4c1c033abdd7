// A small client of the API server for tests, demo and lab: it sees the world without a line of the operator's own code.

import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { ApiFailure, type Connection, createConnection } from './connection.ts'

/** Any object of the API server; what is in it beyond this is the caller's business. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  // biome-ignore lint/suspicious/noExplicitAny: tests read and write arbitrary kinds
  [field: string]: any
}

export interface ObjectMeta {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  finalizers?: string[]
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[]
}

/** Names one object; a whole object fits. */
export interface ObjectRef {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string }
}

/** Names all objects of a kind, in one namespace or in all. */
export interface KindRef {
  apiVersion: string
  kind: string
  namespace?: string | undefined
}

export interface PatchOptions {
  type?: 'merge' | 'json'
  subresource?: string
}

export interface WatchOptions {
  signal: AbortSignal
  /** Without one the watch begins with an ADDED event for each object that is there. */
  resourceVersion?: string
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  object: KubeObject
}

/** Refusals are thrown as `ApiFailure`. */
export interface Api extends Connection {
  get(ref: ObjectRef): Promise<KubeObject>
  /** Like `get`, but undefined when the object is not there. */
  find(ref: ObjectRef): Promise<KubeObject | undefined>
  list(ref: KindRef): Promise<KubeObject[]>
  create(object: KubeObject): Promise<KubeObject>
  /** Server-side apply that takes fields from other managers and refuses unknown ones. */
  apply(object: KubeObject): Promise<KubeObject>
  patch(ref: ObjectRef, body: unknown, options?: PatchOptions): Promise<KubeObject>
  /** Asks for deletion; that the object is not there is fine. */
  delete(ref: ObjectRef): Promise<void>
  /** Events until the signal aborts (which throws its reason) or the server ends the watch. */
  watch(ref: KindRef, options: WatchOptions): AsyncGenerator<WatchEvent>
}

/** Opens a client with the access that a kubeconfig file gives. */
export async function createApi(kubeconfig: string): Promise<Api> {
  const connection = await createConnection(kubeconfig)
  const { raw } = connection
  const pathOf = createPaths(connection)
  const objectPath = async (ref: ObjectRef) => `${await pathOf(kindOf(ref))}/${ref.metadata.name}`

  return {
    ...connection,
    get: async (ref) => raw('GET', await objectPath(ref)),
    find: async (ref) => raw('GET', await objectPath(ref)).catch(undefinedWhenNotFound),
    list: async (ref) => (await raw('GET', await pathOf(ref))).items,
    create: async (object) => raw('POST', await pathOf(kindOf(object)), { body: object }),
    async apply(object) {
      const query = { fieldManager: 'botyard-lab', force: 'true', fieldValidation: 'Strict' }
      return raw('PATCH', await objectPath(object), {
        body: object,
        contentType: 'application/apply-patch+yaml',
        query,
      })
    },
    async patch(ref, body, { type = 'merge', subresource } = {}) {
      const path = await objectPath(ref)
      const contentType = `application/${type}-patch+json`
      return raw('PATCH', subresource === undefined ? path : `${path}/${subresource}`, { body, contentType })
    },
    async delete(ref) {
      await raw('DELETE', await objectPath(ref)).catch(undefinedWhenNotFound)
    },
    async *watch(ref, { signal, resourceVersion }) {
      const query = { watch: 'true', ...(resourceVersion === undefined ? {} : { resourceVersion }) }
      yield* connection.stream('GET', await pathOf(ref), { query, signal })
    },
  }
}

/** Applies every document of YAML files, in order. */
export async function applyFiles(api: Api, files: readonly string[]): Promise<KubeObject[]> {
  const applied: KubeObject[] = []
  for (const file of files) {
    for (const document of parseAllDocuments(await readFile(file, 'utf8'))) {
      if (document.contents !== null) applied.push(await api.apply(document.toJS() as KubeObject))
    }
  }
  return applied
}

const resourceList = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
})

/** Finds the path of a kind by discovery, once a kind. */
function createPaths({ raw }: Connection): (ref: KindRef) => Promise<string> {
  const known = new Map<string, { path: string; name: string; namespaced: boolean }>()

  async function discover(apiVersion: string, kind: string) {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    const { resources } = resourceList.parse(await raw('GET', path))
    const resource = resources.find((each) => each.kind === kind && !each.name.includes('/'))
    if (resource === undefined) throw new Error(`Cannot find kind ${kind} in ${apiVersion}`)
    return { ...resource, path }
  }

  return async ({ apiVersion, kind, namespace }) => {
    const key = `${apiVersion} ${kind}`
    const resource = known.get(key) ?? (await discover(apiVersion, kind))
    known.set(key, resource)
    const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : ''
    return `${resource.path}${scope}/${resource.name}`
  }
}

function kindOf({ apiVersion, kind, metadata }: ObjectRef): KindRef {
  return { apiVersion, kind, namespace: metadata.namespace }
}

function undefinedWhenNotFound(error: unknown): undefined {
  if (error instanceof ApiFailure && error.status === 404) return undefined
  throw error
}
