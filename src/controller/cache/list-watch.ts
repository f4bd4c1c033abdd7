// What the reflector asks of a transport: pages of a list, and a stream of changes since a version.

import type { Duration } from '../../clock.ts'

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
  /** Changes after this version. Of a list as a stream: not older than it, and without it the most recent. */
  readonly resourceVersion: string | undefined
  /**
   * A list as a stream: first every object that there is, as ADDED, then a bookmark with the annotation
   * `k8s.io/initial-events-end`, then changes. A server that cannot do that refuses it.
   */
  readonly sendInitialEvents?: boolean | undefined
  /** After so long the server ends the watch by itself. */
  readonly timeoutSeconds: number
  readonly signal: AbortSignal
}

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly object: { readonly metadata: BookmarkMetadata } }

export interface BookmarkMetadata {
  readonly resourceVersion: string
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

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
  /**
   * `malformed`: the stream carried something unreadable, so an event may be lost. `went_back`: it carried something
   * older than what came before. `unfinished`: it ended before the list that it began with was whole. `unreachable`,
   * `broken`: there was no answer, or not the whole one.
   */
  readonly code?: string
  readonly retryAfter?: Duration | undefined
}
