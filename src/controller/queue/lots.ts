// Keys to work on now and keys being worked on: no key is in both, none is lost between them.

import { createLanes, type Lane } from './lanes.ts'
import type { PartitionOf } from './turns.ts'

/** Told in step with the queue, for metrics. Must not throw and must not call the queue. */
export interface QueueObserver {
  /** The key waits now, or, while it is worked on, for its `done`; adds that change nothing are not told. */
  onAdd?(key: string): void
  onGet?(key: string): void
  onDone?(key: string): void
  /** The key is to be looked at later: it has failed, or wishes so. */
  onDelay?(key: string): void
}

export interface Lots {
  /** Lets the key wait for `take`, or, while it is being worked on, for `done` to let it wait. */
  add(key: string, lane: Lane): void
  take(): string | undefined
  done(key: string): void
  /** Whether the key is sure to be looked at from now on, in this lane or a more urgent one. */
  willRun(key: string, lane: Lane): boolean
  /** The lane in which the key was handed out; `live` when nobody works on it. */
  laneOf(key: string): Lane
  /** Forgets what waits, not what is being worked on. */
  clear(): void
  /** Keys that could be taken now. */
  readonly depth: number
  /** Keys that wait in this lane, those for their `done` among them. */
  depthOf(lane: Lane): number
  readonly active: number
}

interface Run {
  readonly lane: Lane
  /** Added meanwhile. */
  again: Lane | undefined
}

export function createLots(partitionOf: PartitionOf, observer: QueueObserver): Lots {
  const waiting = createLanes(partitionOf)
  const runs = new Map<string, Run>()

  function addAgain(key: string, run: Run, lane: Lane): void {
    if (run.again === undefined) observer.onAdd?.(key)
    if (run.again !== 'live') run.again = lane
  }

  return {
    add(key, lane) {
      const run = runs.get(key)
      if (run !== undefined) addAgain(key, run, lane)
      else if (waiting.add(key, lane)) observer.onAdd?.(key)
    },
    take() {
      const next = waiting.take()
      if (next === undefined) return undefined
      runs.set(next.key, { lane: next.lane, again: undefined })
      observer.onGet?.(next.key)
      return next.key
    },
    done(key) {
      const run = runs.get(key)
      if (run === undefined) return
      runs.delete(key)
      observer.onDone?.(key)
      if (run.again !== undefined) waiting.add(key, run.again)
    },
    willRun(key, lane) {
      const known = waiting.laneOf(key) ?? runs.get(key)?.again
      return known === 'live' || known === lane
    },
    laneOf: (key) => runs.get(key)?.lane ?? 'live',
    clear() {
      waiting.clear()
      for (const run of runs.values()) run.again = undefined
    },
    get depth() {
      return waiting.depth
    },
    depthOf(lane) {
      let depth = waiting.depthOf(lane)
      for (const run of runs.values()) if (run.again === lane) depth++
      return depth
    },
    get active() {
      return runs.size
    },
  }
}
