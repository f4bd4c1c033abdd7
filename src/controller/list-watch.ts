// What the reflector asks of a transport: pages of a list, and a stream of changes since a version.

import type { Duration } from '../clock.ts'

export interface ListOptions {
  /** Largest page; without it the whole list comes in one answer. */
  readonly limit?: number | undefined
  /** Token of the next page, from the page before. */
  readonly continue?: string | undefined
  /** The answer is not older than this version; without it, it is the most recent. */
  readonly resourceVersion?: string | undefined
  readonly signal: AbortSignal
}

export interface ListPage<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
  /** Absent on the last page. */
  readonly continue?: string | undefined
}

export interface WatchOptions {
  readonly resourceVersion: string
  /** After so long the server ends the watch by itself. */
  readonly timeoutSeconds: number
  readonly signal: AbortSignal
}

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly object: { readonly metadata: { readonly resourceVersion: string } } }

/**
 * Both methods reject (the iteration of a watch: throws) with errors read by shape, see `WatchFailure`. An ERROR event
 * within the stream is thrown just as the same status in an HTTP answer would be. Both end soon after the signal aborts.
 */
export interface ListWatch<T> {
  list(options: ListOptions): Promise<ListPage<T>>
  watch(options: WatchOptions): AsyncIterable<WatchEvent<T>>
}

/** What the reflector looks for in an error of a ListWatch; every member may be missing. */
export interface WatchFailure {
  /** HTTP status, of the answer or of the ERROR event. */
  readonly status?: number
  /** Reasons of the single causes, e.g. `ResourceVersionTooLarge`. */
  readonly causes?: readonly { readonly reason?: string | undefined }[]
  /** `malformed`: the stream carried something unreadable, so an event may be lost. */
  readonly code?: string
  readonly retryAfter?: Duration | undefined
}
