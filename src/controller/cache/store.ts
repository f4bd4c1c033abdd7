// The cache of one kind: the objects as the API server last told them, with named indexes. Readers share the objects.

import { type KubernetesObject, keyOf } from '../kubernetes-object.ts'

/** What readers get. Objects are shared and must not be changed: copy what is to differ. */
export interface ReadStore<T> {
  get(key: string): T | undefined
  list(): readonly T[]
  /** Objects for which the index named gives this value; in no order. */
  byIndex(name: string, value: string): readonly T[]
  readonly size: number
}

/** `before` without `after` is a deletion, `after` without `before` an addition. */
export interface Change<T> {
  readonly key: string
  readonly before: T | undefined
  readonly after: T | undefined
}

export interface Store<T> extends ReadStore<T> {
  /**
   * Makes the store hold exactly these objects, one at a time, as the caller takes the steps: each answers what it changed,
   * and nothing happens beyond the last one taken. A list of thousands need not be one turn of the event loop.
   */
  replaceInSteps(objects: Iterable<T>): Iterable<readonly Change<T>[]>
  set(object: T): readonly Change<T>[]
  delete(object: T): readonly Change<T>[]
}

/** The values under which an object is found; computed once per version of it. Must not throw. */
export type Indexer<T> = (object: T) => readonly string[]

export interface StoreDeps<T> {
  readonly indexers?: Readonly<Record<string, Indexer<T>>>
}

export function createStore<T extends KubernetesObject>({ indexers = {} }: StoreDeps<T> = {}): Store<T> {
  const objects = new Map<string, T>()
  const indexes = new Map(Object.entries(indexers).map(([name, indexer]) => [name, createIndex(indexer)]))

  function put(key: string, after: T | undefined): Change<T> {
    const before = objects.get(key)
    for (const index of indexes.values()) index.move(key, { before, after })
    if (after === undefined) objects.delete(key)
    else objects.set(key, after)
    return { key, before, after }
  }

  function set(object: T): readonly Change<T>[] {
    const key = keyOf(object)
    const known = objects.get(key)
    if (known?.metadata.uid !== object.metadata.uid) {
      // Another object under the same name: whoever knew the first one must hear that it has ended.
      const ended = known === undefined ? [] : [put(key, undefined)]
      return [...ended, put(key, object)]
    }
    if (known.metadata.resourceVersion === object.metadata.resourceVersion) return []
    return [put(key, object)]
  }

  return {
    get: (key) => objects.get(key),
    list: () => [...objects.values()],
    byIndex(name, value) {
      const index = indexes.get(name)
      if (index === undefined) throw new Error(`Cannot look up by ${name}: the store has no such index`)
      return index.keys(value).map((key) => objects.get(key) as T)
    },
    get size() {
      return objects.size
    },
    *replaceInSteps(all) {
      const listed = new Map<string, T>()
      for (const object of all) listed.set(keyOf(object), object)
      for (const key of objects.keys()) if (!listed.has(key)) yield [put(key, undefined)]
      for (const object of listed.values()) yield set(object)
    },
    set,
    delete(object) {
      const key = keyOf(object)
      // The name may already belong to a newer object.
      return objects.get(key)?.metadata.uid === object.metadata.uid ? [put(key, undefined)] : []
    },
  }
}

function createIndex<T>(indexer: Indexer<T>) {
  const keysByValue = new Map<string, Set<string>>()

  function remove(value: string, key: string): void {
    const keys = keysByValue.get(value)
    keys?.delete(key)
    if (keys?.size === 0) keysByValue.delete(value)
  }

  function insert(value: string, key: string): void {
    const keys = keysByValue.get(value)
    if (keys === undefined) keysByValue.set(value, new Set([key]))
    else keys.add(key)
  }

  return {
    move(key: string, { before, after }: { before: T | undefined; after: T | undefined }): void {
      if (before !== undefined) for (const value of indexer(before)) remove(value, key)
      if (after !== undefined) for (const value of indexer(after)) insert(value, key)
    },
    keys: (value: string): readonly string[] => [...(keysByValue.get(value) ?? [])],
  }
}
