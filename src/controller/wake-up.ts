// Decides which changes of a watched kind are worth a look, at which keys, and how urgent it is.

import type { Origin } from './cache/reflector.ts'
import type { Change } from './cache/store.ts'
import type { Lane } from './queue/lanes.ts'

export interface WakeUpDeps<T> {
  readonly enqueue: (key: string, lane: Lane) => void
  /**
   * Whether a change concerns the reconciler: `before` is undefined for an addition, `after` for a deletion. An own
   * status write, for one, does not.
   */
  readonly wakes: (before: T | undefined, after: T | undefined) => boolean
  /** The keys to look at; by default the changed object's own. */
  readonly keysOf?: (object: T, key: string) => readonly string[]
  /** Told when the predicate or the mapping throws; the object's own key is then enqueued: a look too many is harmless. */
  readonly onPanic?: (error: unknown, where: string) => void
}

/** The `onChange` of a reflector: what a list shows waits behind what the watch tells now. */
export type WakeUp<T> = (change: Change<T>, origin?: Origin) => void

export function createWakeUp<T>({ enqueue, wakes, keysOf, onPanic }: WakeUpDeps<T>): WakeUp<T> {
  const keysTouched = ({ key, before, after }: Change<T>): readonly string[] => {
    if (keysOf === undefined) return [key]
    // A child that changed its owner concerns both owners.
    return [before, after].flatMap((object) => (object === undefined ? [] : keysOf(object, key)))
  }

  return (change, origin = 'watch') => {
    const lane = origin === 'list' ? 'low' : 'live'
    try {
      if (!wakes(change.before, change.after)) return
      for (const key of new Set(keysTouched(change))) enqueue(key, lane)
    } catch (error) {
      onPanic?.(error, `wake-up of ${change.key}`)
      if (keysOf === undefined) enqueue(change.key, lane)
    }
  }
}
