// A list that comes as a stream: collects what a watch tells before the bookmark that ends its beginning.

import { type KubernetesObject, keyOf } from '../kubernetes-object.ts'
import type { WatchEvent } from './list-watch.ts'
import type { Snapshot } from './paged-list.ts'

export interface InitialEvents<T> {
  /** The whole list, with the event that completes it; until then undefined. What was not completed is worth nothing. */
  add(event: WatchEvent<T>): Snapshot<T> | undefined
}

export function createInitialEvents<T extends KubernetesObject>(): InitialEvents<T> {
  const objects = new Map<string, T>()

  return {
    add(event) {
      if (event.type === 'BOOKMARK') {
        const { annotations, resourceVersion } = event.object.metadata
        if (annotations?.['k8s.io/initial-events-end'] !== 'true') return undefined
        return { items: [...objects.values()], resourceVersion }
      }
      // Changes may come in between.
      if (event.type === 'DELETED') objects.delete(keyOf(event.object))
      else objects.set(keyOf(event.object), event.object)
      return undefined
    },
  }
}
