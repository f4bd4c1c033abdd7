// ConfigMaps, read by name.

import { isNotFound } from './api-error.ts'
import type { ObjectRef } from './object-ref.ts'
import type { Transport } from './transport.ts'

export interface ConfigMap {
  readonly metadata: ObjectRef & { readonly uid: string; readonly resourceVersion: string }
  readonly data?: Readonly<Record<string, string>>
  /** In base64. */
  readonly binaryData?: Readonly<Record<string, string>>
}

export interface ConfigMaps {
  get(ref: ObjectRef, signal: AbortSignal): Promise<ConfigMap | undefined>
}

export function createConfigMaps(transport: Transport): ConfigMaps {
  return {
    async get({ namespace, name }, signal) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`
      try {
        // People put passwords into ConfigMaps, too.
        return await transport.request<ConfigMap>({ method: 'GET', path, isSensitive: true, signal })
      } catch (error) {
        if (isNotFound(error)) return undefined
        throw error
      }
    },
  }
}
