// Bytes of a watch to events: lines, JSON, and an ERROR event thrown as the ApiError that it stands for.

import { TextDecoder } from 'node:util'
import { toApiError } from './answer.ts'
import { ConnectionError } from './connection-error.ts'
import { splitLines } from './split-lines.ts'

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly object: { readonly metadata: { readonly resourceVersion: string } } }

/** Far beyond what etcd takes as one object. */
const lineLimit = 8 * 1024 * 1024

const eventTypes = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'])

/** Throws an ApiError for an ERROR event, a ConnectionError `malformed` for what is no event: nothing is ever skipped. */
export async function* readWatchEvents<T>(
  bytes: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<WatchEvent<T>> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const line of splitLines(bytes, lineLimit)) {
    if (line.length > 0) yield parseEvent<T>(line, { decoder, what })
  }
}

function parseEvent<T>(line: Uint8Array, { decoder, what }: { decoder: TextDecoder; what: string }): WatchEvent<T> {
  const event = parseJSON(line, decoder)
  if (event?.type === 'ERROR') {
    const code = (event.object as { code?: number } | undefined)?.code
    throw toApiError(event.object, { what, status: code ?? 500, isSensitive: false })
  }
  const version = (event?.object as { metadata?: { resourceVersion?: unknown } } | undefined)?.metadata?.resourceVersion
  if (event === undefined || !eventTypes.has(event.type) || typeof version !== 'string') {
    throw new ConnectionError(`Cannot ${what}: a line is not a watch event`, { code: 'malformed' })
  }
  return event as WatchEvent<T>
}

function parseJSON(line: Uint8Array, decoder: TextDecoder): { type: string; object?: unknown } | undefined {
  try {
    return JSON.parse(decoder.decode(line)) ?? undefined
  } catch {
    return undefined
  }
}
