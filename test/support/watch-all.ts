// Each version of each object of a kind, in all namespaces, until it is stopped.

import type { Api, KindRef, KubeObject } from '../../scripts/control-plane/api.ts'

export interface Watching {
  stop(): Promise<void>
}

export function watchAll(api: Api, kind: KindRef, onVersion: (object: KubeObject) => void): Watching {
  const stopping = new AbortController()
  const ended = follow(api, kind, { onVersion, signal: stopping.signal })
  return {
    async stop() {
      stopping.abort()
      await ended
    },
  }
}

async function follow(
  api: Api,
  kind: KindRef,
  { onVersion, signal }: { onVersion: (object: KubeObject) => void; signal: AbortSignal },
): Promise<void> {
  const seen = new Set<string>()
  while (!signal.aborted) {
    try {
      for await (const { type, object } of api.watch(kind, { signal })) {
        const version = `${object.metadata.uid}/${object.metadata.resourceVersion}`
        // A watch that begins anew tells again what there is.
        if (type === 'BOOKMARK' || type === 'ERROR' || seen.has(version)) continue
        seen.add(version)
        onVersion(object)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}
