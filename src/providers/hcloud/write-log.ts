// R12: what was listed before a Project's own last write has nothing to say about that Project. This is the order of
// events that decides it: a counter, not a clock, because two events can fall into one millisecond.

import { type Clock, type Duration, seconds } from '../../clock.ts'

/** A write without an answer may still take effect until its own deadline has certainly passed at Hetzner (R4's drain). */
const lateEffect: Duration = seconds(10)

/** A point in the order of events, with its time. */
export interface Moment {
  readonly order: number
  readonly at: Duration
}

export interface WriteLog {
  /** This moment; later ones compare greater. */
  now(): Moment
  /** A write for this uid begins; the answer is called when it has ended. */
  begin(uid: string): (outcome: { unknown: boolean }) => void
  /** As if a write had just ended: nothing listed so far speaks for this uid. */
  touch(uid: string): void
  /** Whether a list that was asked for at this moment may speak for the uid. */
  mayLearn(uid: string, asked: Moment): boolean
  forget(uid: string): void
}

interface Entry {
  running: number
  endOrder: number
  unsureUntil: Duration
}

export function createWriteLog(clock: Clock): WriteLog {
  const entries = new Map<string, Entry>()
  let order = 0

  function entryOf(uid: string): Entry {
    const entry = entries.get(uid) ?? { running: 0, endOrder: 0, unsureUntil: Number.NEGATIVE_INFINITY }
    entries.set(uid, entry)
    return entry
  }

  return {
    now: () => ({ order: ++order, at: clock.monotonic() }),
    begin(uid) {
      const entry = entryOf(uid)
      entry.running += 1
      return ({ unknown }) => {
        entry.running -= 1
        entry.endOrder = ++order
        if (unknown) entry.unsureUntil = clock.monotonic() + lateEffect
      }
    },
    touch(uid) {
      entryOf(uid).endOrder = ++order
    },
    mayLearn(uid, asked) {
      const entry = entries.get(uid)
      if (entry === undefined) return true
      return entry.running === 0 && asked.order > entry.endOrder && asked.at >= entry.unsureUntil
    },
    forget(uid) {
      if (entries.get(uid)?.running === 0) entries.delete(uid)
    },
  }
}
