// Who is next among keys of many owners: each owner with a key waiting has one turn a round, however many keys he has.

import { append, emptyList, type Linked, type LinkedList, remove } from './linked-list.ts'

/** Whose key it is; keys with the same answer share a turn. Must always give the same answer for a key. */
export type PartitionOf = (key: string) => string

/** A key's place in the order. */
export interface Place extends Linked<Place> {
  readonly key: string
  readonly partition: Partition
}

interface Partition extends Linked<Partition> {
  readonly name: string
  readonly places: LinkedList<Place>
}

export interface Turns {
  /** Behind its partition's other keys; a partition that had none gets its turn behind the other partitions. */
  append(key: string): Place
  remove(place: Place): void
  /** With k partitions waiting, a partition's first key is handed out after at most k - 1 others. */
  take(): string | undefined
}

export function createTurns(partitionOf: PartitionOf): Turns {
  const byName = new Map<string, Partition>()
  const turns: LinkedList<Partition> = emptyList()

  function partition(name: string): Partition {
    const known = byName.get(name)
    if (known !== undefined) return known
    const created: Partition = { name, places: emptyList(), previous: undefined, next: undefined }
    byName.set(name, created)
    append(turns, created)
    return created
  }

  function leave(place: Place): void {
    const { partition } = place
    remove(partition.places, place)
    if (partition.places.first !== undefined) return
    remove(turns, partition)
    byName.delete(partition.name)
  }

  return {
    append(key) {
      const place: Place = { key, partition: partition(partitionOf(key)), previous: undefined, next: undefined }
      append(place.partition.places, place)
      return place
    },
    remove: leave,
    take() {
      const partition = turns.first
      const place = partition?.places.first
      if (partition === undefined || place === undefined) return undefined
      if (turns.last !== partition) {
        remove(turns, partition)
        append(turns, partition)
      }
      leave(place)
      return place.key
    },
  }
}
