// R12: what was listed before a Project's own last write has nothing to say about that Project, unless that write told
// what has become of it. The order of events decides: a counter, not a clock, because two events can fall into one millisecond.

import type { Clock, Duration } from '../../clock.ts'

/** A point in the order of events, with its time. */
export interface Moment {
  readonly order: number
  readonly at: Duration
}

/** What is known of a write that has ended. */
export interface WriteOutcome {
  /** Nobody knows whether it took effect. */
  unknown: boolean
  /** Its answer was merged in: lists that spoke before it speak on. */
  merged?: boolean
}

/** The own writes that one kind of list must not be older than. */
export interface WriteLog {
  /** This moment; later ones compare greater. */
  now(): Moment
  /** A write for this uid begins; the answer is called when it has ended. */
  begin(uid: string): (outcome: WriteOutcome) => void
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

export interface WriteLogDeps {
  clock: Clock
  /** R4: how long a write without an answer may still take effect. */
  drain: Duration
}

export function createWriteLog({ clock, drain }: WriteLogDeps): WriteLog {
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
      return ({ unknown, merged = false }) => {
        entry.running -= 1
        if (!merged) entry.endOrder = ++order
        if (unknown) entry.unsureUntil = clock.monotonic() + drain
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

/** The kinds of which lists are kept. */
export type Listed = 'servers' | 'primaryIPs'

/** One log for each kind: a write outdates only the lists that would show what it does. */
export interface Writes extends Readonly<Record<Listed, WriteLog>> {
  /** As if a write to everything had just ended. */
  touch(uid: string): void
  forget(uid: string): void
}

export function createWrites(deps: WriteLogDeps): Writes {
  const logs = { servers: createWriteLog(deps), primaryIPs: createWriteLog(deps) }
  const all = Object.values(logs)
  return {
    ...logs,
    touch(uid) {
      for (const log of all) log.touch(uid)
    },
    forget(uid) {
      for (const log of all) log.forget(uid)
    },
  }
}
