// Bytes of a watch to events: lines, JSON, and an ERROR event thrown as the ApiError that it stands for.

import { TextDecoder } from 'node:util'
import { toApiError } from './answer.ts'
import { ConnectionError } from './connection-error.ts'
import { hasIdentity, hasVersion } from './object-identity.ts'
import { splitLines } from './split-lines.ts'

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly object: { readonly metadata: BookmarkMetadata } }

export interface BookmarkMetadata {
  readonly resourceVersion: string
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

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
  const problem = problemOf(event)
  if (problem !== undefined) throw new ConnectionError(`Cannot ${what}: ${problem}`, { code: 'malformed' })
  return event as WatchEvent<T>
}

/** Never quotes the line: what is broken may hold anything. */
function problemOf(event: { type: string; object?: unknown } | undefined): string | undefined {
  if (event === undefined) return 'a line is not JSON'
  if (typeof event.type !== 'string') return 'a line is not a watch event'
  if (!eventTypes.has(event.type)) return 'an event has a type that nobody knows'
  const isComplete = event.type === 'BOOKMARK' ? hasVersion(event.object) : hasIdentity(event.object)
  return isComplete ? undefined : `an event ${event.type} has no object with name, uid and version`
}

function parseJSON(line: Uint8Array, decoder: TextDecoder): { type: string; object?: unknown } | undefined {
  try {
    return JSON.parse(decoder.decode(line)) ?? undefined
  } catch {
    return undefined
  }
}
