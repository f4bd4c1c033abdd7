// Lists and watches one kind of resource. The shapes fit the runtime's ListWatch, which this folder does not know.

import { seconds } from '../clock.ts'
import { ConnectionError } from './connection-error.ts'
import { hasIdentity } from './object-identity.ts'
import type { Transport } from './transport.ts'
import { readWatchEvents, type WatchEvent } from './watch-stream.ts'

export interface ListWatch<T> {
  list(options: {
    readonly limit?: number | undefined
    readonly continue?: string | undefined
    readonly resourceVersion?: string | undefined
    readonly signal: AbortSignal
  }): Promise<{
    readonly items: readonly T[]
    readonly resourceVersion: string
    readonly continue?: string | undefined
  }>
  watch(options: {
    readonly resourceVersion: string | undefined
    readonly sendInitialEvents?: boolean | undefined
    readonly timeoutSeconds: number
    readonly signal: AbortSignal
  }): AsyncIterable<WatchEvent<T>>
}

export interface ListWatchOptions {
  readonly transport: Transport
  /** Of the collection, e.g. `/apis/botyard.dev/v1alpha1/projects` for all namespaces. */
  readonly path: string
  /** Applied to list and watch alike, or the cache would flap. */
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

interface List<T> {
  readonly items: readonly T[]
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string }
}

/** A large list takes the server some seconds, and it may ask to come again while it is starting. */
const listTimeout = seconds(30)
/** Until a watch begins; the server may have to fill its cache first. */
const openTimeout = seconds(30)

export function createListWatch<T>(options: ListWatchOptions): ListWatch<T> {
  const { transport, path, labelSelector, fieldSelector } = options
  const selectors = { labelSelector, fieldSelector }

  const malformed = (problem: string) => new ConnectionError(`Cannot list ${path}: ${problem}`, { code: 'malformed' })

  async function* watch(asked: Parameters<ListWatch<T>['watch']>[0]) {
    const { resourceVersion, sendInitialEvents = false, timeoutSeconds, signal } = asked
    // A server that knows nothing of this refuses it for this word, rather than to leave the end of the list untold.
    const initial = sendInitialEvents && { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
    const query = { ...selectors, watch: 1, allowWatchBookmarks: 'true', resourceVersion, ...initial, timeoutSeconds }
    const bytes = await transport.stream({ path, query, signal, timeout: openTimeout })
    yield* readWatchEvents<T>(bytes, `watch ${path}`)
  }

  return {
    async list({ limit, continue: token, resourceVersion, signal }) {
      // With a limit, a version without this word would mean exactly that version, which may be gone.
      const resourceVersionMatch = resourceVersion === undefined ? undefined : 'NotOlderThan'
      const query = { ...selectors, limit, continue: token, resourceVersion, resourceVersionMatch }
      const page = await transport.request<List<T>>({
        method: 'GET',
        ...{ path, query, signal, timeout: listTimeout, isRepeatedByCaller: true },
      })
      // The server leaves no member out of a list; an answer without items must not pass for an empty cluster.
      if (!Array.isArray(page?.items) || typeof page.metadata?.resourceVersion !== 'string') {
        throw malformed('the answer is not a list')
      }
      if (!page.items.every(hasIdentity)) throw malformed('the answer has an object without name, uid or version')
      return { items: page.items, resourceVersion: page.metadata.resourceVersion, continue: page.metadata.continue }
    },
    watch,
  }
}
