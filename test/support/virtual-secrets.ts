// The fake API server's Secrets and ConfigMaps: by name, with versions, uids, owners and namespaces that refuse.

import { randomUUID } from 'node:crypto'
import { ApiError } from '../../src/kube/api-error.ts'
import type { ConfigMaps } from '../../src/kube/config-maps.ts'
import type { Secret, Secrets } from '../../src/kube/secrets.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface VirtualSecrets {
  /** What the operator is given. */
  readonly secrets: Secrets
  readonly configMaps: ConfigMaps
  /** A user writes a Secret. */
  putSecret(name: string, data: Record<string, string>, namespace?: string): void
  dropSecret(name: string, namespace?: string): void
  secret(name: string, namespace?: string): Secret | undefined
  /** `namespace/name` of each. */
  secretNames(): string[]
  putConfigMap(name: string, data: Record<string, string>): void
  /** Namespaces where the operator may not read Secrets and ConfigMaps. */
  readonly denied: Set<string>
  /** Garbage collection: what this owner had goes with it. */
  collect(uid: string): void
}

export interface VirtualSecretsDeps {
  moves: VirtualTime['moves']
  wrote(what: string): void
  nextVersion(): string
}

export const failure = (status: number, reason: string): ApiError =>
  new ApiError(`Cannot do this: the API server answered ${status} ${reason}`, { status, reason })

export function createVirtualSecrets({ moves, wrote, nextVersion }: VirtualSecretsDeps): VirtualSecrets {
  const secrets = new Map<string, Secret>()
  const configMaps = new Map<string, Record<string, string>>()
  const denied = new Set<string>()
  const key = ({ namespace, name }: { namespace: string; name: string }) => `${namespace}/${name}`

  function allow(namespace: string): void {
    if (denied.has(namespace)) throw failure(403, 'Forbidden')
  }

  function keep(secret: Secret, uid: string): Secret {
    const stored = structuredClone({ ...secret, metadata: { ...secret.metadata, uid, resourceVersion: nextVersion() } })
    secrets.set(key(secret.metadata), stored)
    return structuredClone(stored)
  }

  return {
    denied,
    secrets: {
      get: moves(async (ref) => {
        allow(ref.namespace)
        return structuredClone(secrets.get(key(ref)))
      }),
      create: moves(async (secret) => {
        allow(secret.metadata.namespace)
        if (secrets.has(key(secret.metadata))) throw failure(409, 'AlreadyExists')
        wrote(`create Secret ${key(secret.metadata)}`)
        return keep(secret, randomUUID())
      }),
      update: moves(async (secret) => {
        allow(secret.metadata.namespace)
        const current = secrets.get(key(secret.metadata))
        if (current === undefined) throw failure(404, 'NotFound')
        if (current.metadata.resourceVersion !== secret.metadata.resourceVersion) throw failure(409, 'Conflict')
        wrote(`update Secret ${key(secret.metadata)}`)
        return keep(secret, current.metadata.uid as string)
      }),
      delete: moves(async ({ uid, ...ref }) => {
        allow(ref.namespace)
        const current = secrets.get(key(ref))
        if (current === undefined) return
        if (uid !== undefined && current.metadata.uid !== uid) throw failure(409, 'Conflict')
        wrote(`delete Secret ${key(ref)}`)
        secrets.delete(key(ref))
      }),
    },
    configMaps: {
      get: moves(async (ref) => {
        allow(ref.namespace)
        const data = configMaps.get(key(ref))
        return data && { metadata: { ...ref, uid: 'u', resourceVersion: '1' }, data }
      }),
    },
    putSecret(name, data, namespace = 'shop') {
      const ref = { namespace, name }
      const current = secrets.get(key(ref))
      keep({ ...current, metadata: { ...current?.metadata, ...ref }, data }, current?.metadata.uid ?? randomUUID())
    },
    dropSecret: (name, namespace = 'shop') => void secrets.delete(key({ namespace, name })),
    secret: (name, namespace = 'shop') => structuredClone(secrets.get(key({ namespace, name }))),
    secretNames: () => [...secrets.keys()],
    putConfigMap: (name, data) => void configMaps.set(key({ namespace: 'shop', name }), data),
    collect(uid) {
      for (const [name, secret] of secrets)
        if (secret.metadata.ownerReferences?.some((owner) => owner.uid === uid)) secrets.delete(name)
    },
  }
}
