// The reads that every kind of resource has, and what each of them may prove.

import type { Book } from './account.ts'
import type { CachedList, Identified, ReadAll } from './cached-list.ts'
import type { CallOptions } from './client.ts'
import { isHcloudError, isNotFound } from './errors.ts'
import { type Reach, readLane } from './reach.ts'

/** As the vendor's lists take them. */
export interface ListFilter {
  name?: string
  label_selector?: string
}

export interface BookDeps<T> {
  reach: Reach
  list(filter: ListFilter, options: CallOptions): Promise<readonly T[]>
  get(id: number, options: CallOptions): Promise<T>
  /** Without it every `find` is a live read. */
  cache?: { list: CachedList<T>; readAll: ReadAll<T>; pageSize: number }
}

export function createBook<T extends Identified>({ reach, list, get, cache }: BookDeps<T>): Book<T> {
  const read = (uid: string, options: CallOptions) => list({ label_selector: reach.selectorOf(uid) }, options)

  return {
    async find(uid, signal) {
      const options = { lane: readLane, signal }
      if (cache === undefined) return read(uid, options)
      const known = cache.list.known(uid)
      if (known.length > 0) return known
      if (!isSharingCheaper(cache)) return read(uid, options)
      try {
        return await cache.list.fresh(uid, cache.readAll, signal)
      } catch (error) {
        // The shared read went through somebody else's token: what is wrong with that one is not this holder's trouble.
        if (isHcloudError(error) && error.errorClass === 'Auth') return read(uid, options)
        throw error
      }
    },

    async findLive(uid, { signal, lane = 'create' }) {
      await reach.prove({ signal, lane })
      const live = await read(uid, { signal, lane })
      cache?.list.compare(uid, live)
      return live
    },

    async byName(name, signal) {
      const [found] = await list({ name }, { lane: 'create', signal })
      return found
    },

    async byID(id, signal) {
      try {
        return await get(id, { lane: 'create', signal })
      } catch (error) {
        if (!isNotFound(error)) throw error
        cache?.list.remove(id)
        return undefined
      }
    },

    all: (selector, signal) => list({ label_selector: selector }, { lane: 'create', signal }),
  }
}

/** One page answers everybody; of many pages one question is not worth the whole list, unless somebody pays anyway. */
function isSharingCheaper<T>({ list, pageSize }: { list: CachedList<T>; pageSize: number }): boolean {
  return list.size <= pageSize || list.isQueued
}
