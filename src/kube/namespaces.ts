// Namespaces: the uid of kube-system is the name of a cluster that was given none.

import type { Transport } from './transport.ts'

export interface Namespaces {
  /** Rejects with an ApiError NotFound or Forbidden. */
  uidOf(name: string, signal: AbortSignal): Promise<string>
}

export function createNamespaces(transport: Transport): Namespaces {
  return {
    async uidOf(name, signal) {
      const path = `/api/v1/namespaces/${name}`
      const namespace = await transport.request<{ metadata: { uid: string } }>({ method: 'GET', path, signal })
      return namespace.metadata.uid
    },
  }
}
