// Reads a whole list in pages, and finds a way when the server has forgotten the version that it is asked for.

import type { KubernetesObject } from '../kubernetes-object.ts'
import type { ListPage, ListWatch, WatchFailure } from './list-watch.ts'

export interface Snapshot<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
}

export interface ListAllOptions {
  readonly pageSize: number
  /** Not older than this version, so that a cache never goes back in time; without it the most recent. */
  readonly resourceVersion: string | undefined
  readonly signal: AbortSignal
}

/**
 * A version that is too old, a continue token that ran out and a version that the server has not reached yet are
 * answered by a fresh start at the most recent state, at last without pages. Any other error is the caller's.
 */
export async function listAll<T extends KubernetesObject>(
  listWatch: ListWatch<T>,
  { pageSize, resourceVersion, signal }: ListAllOptions,
): Promise<Snapshot<T>> {
  const starts = [{ limit: pageSize, resourceVersion }, { limit: pageSize }, {}]
  for (;;) {
    try {
      return await listFrom(listWatch, { ...starts.shift(), signal })
    } catch (error) {
      if (starts.length === 0 || !isVersionGone(error)) throw error
    }
  }
}

interface Start {
  readonly limit?: number
  readonly resourceVersion?: string | undefined
  readonly signal: AbortSignal
}

async function listFrom<T>(listWatch: ListWatch<T>, { limit, resourceVersion, signal }: Start): Promise<Snapshot<T>> {
  const first = await listWatch.list({ limit, resourceVersion, signal })
  const items = [...first.items]
  for (let page: ListPage<T> = first; page.continue; ) {
    signal.throwIfAborted()
    page = await listWatch.list({ limit, continue: page.continue, signal })
    for (const item of page.items) items.push(item)
  }
  // The first page's version: should a later page be newer, the watch tells its changes once more.
  return { items, resourceVersion: first.resourceVersion }
}

/** 410: compacted away. 504 with this cause: asked of a server that has not seen so new a version. */
export function isVersionGone(error: unknown): boolean {
  const { status, causes = [] } = (error ?? {}) as WatchFailure
  return status === 410 || causes.some((cause) => cause.reason === 'ResourceVersionTooLarge')
}
