// Keys that wait, in two lanes: live ones go first, low ones when no live one waits, and now and then all the same.

import { createTurns, type PartitionOf, type Place } from './turns.ts'

/**
 * live: somebody has just changed something and may be looking. low: nothing has happened, or not just now, and there
 * may be thousands: the list at the start, a look after a long time to see whether all is as it was.
 */
export type Lane = 'live' | 'low'

/** Of so many keys handed out while both lanes wait, one is a low one: a flood of live ones must not starve the rest. */
export const lowShare = 16

export interface Waiting {
  readonly key: string
  readonly lane: Lane
}

export interface Lanes {
  /** A key waits once, in the more urgent of the lanes asked for. False when it waited already. */
  add(key: string, lane: Lane): boolean
  delete(key: string): void
  take(): Waiting | undefined
  laneOf(key: string): Lane | undefined
  clear(): void
  readonly depth: number
  depthOf(lane: Lane): number
}

interface Entry {
  readonly place: Place
  readonly lane: Lane
}

/** Keys of one partition never keep those of another waiting for more than one turn each, within a lane. */
export function createLanes(partitionOf: PartitionOf): Lanes {
  const entries = new Map<string, Entry>()
  let turns = { live: createTurns(partitionOf), low: createTurns(partitionOf) }
  let low = 0
  let liveInARow = 0

  function next(): Lane {
    const live = entries.size - low
    if (low === 0 || live === 0) {
      liveInARow = 0
      return low === 0 ? 'live' : 'low'
    }
    liveInARow = (liveInARow + 1) % lowShare
    return liveInARow === 0 ? 'low' : 'live'
  }

  function put(key: string, lane: Lane): void {
    entries.set(key, { place: turns[lane].append(key), lane })
    if (lane === 'low') low += 1
  }

  function drop(key: string): void {
    const entry = entries.get(key)
    if (entry === undefined) return
    entries.delete(key)
    turns[entry.lane].remove(entry.place)
    if (entry.lane === 'low') low -= 1
  }

  return {
    add(key, lane) {
      const known = entries.get(key)
      if (known !== undefined && (known.lane === lane || lane === 'low')) return false
      if (known !== undefined) drop(key)
      put(key, lane)
      return known === undefined
    },
    delete: drop,
    take() {
      const lane = next()
      const key = turns[lane].take()
      if (key === undefined) return undefined
      entries.delete(key)
      if (lane === 'low') low -= 1
      return { key, lane }
    },
    laneOf: (key) => entries.get(key)?.lane,
    clear() {
      entries.clear()
      turns = { live: createTurns(partitionOf), low: createTurns(partitionOf) }
      low = 0
    },
    get depth() {
      return entries.size
    },
    depthOf: (lane) => (lane === 'low' ? low : entries.size - low),
  }
}
