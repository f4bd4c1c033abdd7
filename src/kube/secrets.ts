// Secrets, by name only: the operator has no right to list or watch them.

import { isNotFound } from './api-error.ts'
import type { ObjectRef } from './object-ref.ts'
import type { Transport } from './transport.ts'

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

export interface Secret {
  readonly metadata: ObjectRef & {
    readonly uid?: string
    readonly resourceVersion?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly OwnerReference[]
    readonly deletionTimestamp?: string
  }
  readonly type?: string
  readonly immutable?: boolean
  /** Values that are text, decoded. */
  readonly data: Readonly<Record<string, string>>
  /** Values that are no UTF-8, in base64: kept so that an update does not damage what others put there. */
  readonly binaryData?: Readonly<Record<string, string>>
}

/** No error text holds a byte of any value. */
export interface Secrets {
  get(ref: ObjectRef, signal: AbortSignal): Promise<Secret | undefined>
  /** AlreadyExists when there is one of this name. */
  create(secret: Secret, signal: AbortSignal): Promise<Secret>
  /** Replaces the whole Secret; Conflict if it has changed since `metadata.resourceVersion`. */
  update(secret: Secret, signal: AbortSignal): Promise<Secret>
  /** Success if there is none; with a uid, a Conflict if it is another one. */
  delete(ref: ObjectRef & { readonly uid?: string }, signal: AbortSignal): Promise<void>
}

interface StoredSecret extends Omit<Secret, 'data' | 'binaryData'> {
  readonly data?: Readonly<Record<string, string>>
}

export function createSecrets(transport: Transport): Secrets {
  const isSensitive = true

  async function write(method: 'POST' | 'PUT', path: string, options: { secret: Secret; signal: AbortSignal }) {
    const { secret, signal } = options
    return decode(await transport.request<StoredSecret>({ method, path, body: encode(secret), isSensitive, signal }))
  }

  return {
    async get(ref, signal) {
      try {
        return decode(await transport.request<StoredSecret>({ method: 'GET', path: pathOf(ref), isSensitive, signal }))
      } catch (error) {
        if (isNotFound(error)) return undefined
        throw error
      }
    },
    create: (secret, signal) => write('POST', collectionOf(secret.metadata), { secret, signal }),
    update(secret, signal) {
      // Without a version a PUT overwrites whatever is there.
      if (!secret.metadata.resourceVersion) {
        return Promise.reject(new TypeError(`Cannot update Secret ${secret.metadata.name}: it has no resourceVersion`))
      }
      return write('PUT', pathOf(secret.metadata), { secret, signal })
    },
    async delete({ uid, ...ref }, signal) {
      const body = uid === undefined ? undefined : { preconditions: { uid } }
      try {
        await transport.request({ method: 'DELETE', path: pathOf(ref), body, isSensitive, signal })
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
    },
  }
}

const collectionOf = ({ namespace }: ObjectRef): string => `/api/v1/namespaces/${namespace}/secrets`
const pathOf = (ref: ObjectRef): string => `${collectionOf(ref)}/${ref.name}`

function encode({ data, binaryData, ...rest }: Secret): object {
  const text = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')])
  return { apiVersion: 'v1', kind: 'Secret', ...rest, data: { ...binaryData, ...Object.fromEntries(text) } }
}

function decode({ data = {}, ...rest }: StoredSecret): Secret {
  const text: Record<string, string> = {}
  const binaryData: Record<string, string> = {}
  for (const [key, value] of Object.entries(data)) {
    const decoded = decodeText(value)
    if (decoded === undefined) binaryData[key] = value
    else text[key] = decoded
  }
  return { ...rest, data: text, ...(Object.keys(binaryData).length > 0 && { binaryData }) }
}

function decodeText(base64: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
}
