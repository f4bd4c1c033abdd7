// One kind of resource of one account as the last sweep saw it, and the rules about when that may speak: never about
// absence (R11), and for a Project only if the list was asked for after that Project's own last write (R12).

import type { Clock, Duration } from '../../clock.ts'
import { differences } from './differences.ts'
import { createOwnAnswers } from './own-answers.ts'
import { untilAborted } from './until-aborted.ts'
import type { Moment, WriteLog } from './write-log.ts'

export interface CachedListDeps<T> {
  clock: Clock
  writes: WriteLog
  uidOf(item: T): string | undefined
  /** Equal prints = nothing that anybody acts on has changed. */
  print(item: T): string
  /** Whether it may still be so when the next list comes. Default: yes. */
  isSettled?(item: T): boolean
  /** Called for each uid whose items differ from what was known. */
  onChange(uid: string): void
  onDifference?(before: T | undefined, after: T | undefined): void
  /** A list was read to its end. */
  onListed(): void
  /** How long a list may lag behind a write. */
  lag: Duration
  /** Older lists say nothing. */
  maxAge(): Duration
}

export interface Identified {
  readonly id: number
  /** Unique among those of its kind, also of those being deleted. */
  readonly name: string
}

/** Reads every item of this cluster, live. */
export type ReadAll<T> = () => Promise<readonly T[]>

export interface CachedList<T> {
  /** What the cache may say about this uid. Empty = it may not speak, or knows nothing that lasts: ask Hetzner. */
  known(uid: string): readonly T[]
  /** Reads everything anew, in one flight shared by all who ask before it begins; answers this uid's items. */
  fresh(uid: string, readAll: ReadAll<T>, signal: AbortSignal): Promise<readonly T[]>
  /** What a live read has just shown of this uid: where it shows something else, nothing listed so far speaks. */
  compare(uid: string, live: readonly T[]): void
  /** Like `fresh`, without a question. */
  sweep(readAll: ReadAll<T>): Promise<void>
  /** The answer to a write: also whatever bore the name before is gone. */
  merge(item: T): void
  /** The answer to a deletion, or a read by id that found nothing: unlike lists, those do not lag. */
  remove(id: number): void
  readonly size: number
  /** A shared flight is about to begin. */
  readonly isQueued: boolean
}

export function createCachedList<T extends Identified>(deps: CachedListDeps<T>): CachedList<T> {
  const { clock, writes, uidOf, print, lag, isSettled = () => true } = deps
  const answers = createOwnAnswers<T>({ clock, lag, now: writes.now, isSettled })
  let items = new Map<number, T>()
  /** When the last list that was read to its end was asked for, and when it ended. */
  let listed: { asked: Moment; ended: Duration } | undefined
  let running: Promise<void> | undefined
  let queued: Promise<void> | undefined

  const ofUID = (uid: string) => [...items.values()].filter((item) => uidOf(item) === uid)

  function apply(list: readonly T[], asked: Moment): void {
    // Of two lists under way at once, the one that was asked for later has the last word.
    if (listed !== undefined && listed.asked.order > asked.order) return
    const next = answers.layOver(byID(list), asked)
    // The first look has nothing to differ from.
    const before = listed === undefined ? next : items
    const changed = differences({ before, after: next, print, uidOf, onDifference: deps.onDifference })
    items = next
    listed = { asked, ended: clock.monotonic() }
    deps.onListed()
    for (const uid of changed) deps.onChange(uid)
  }

  async function run(readAll: ReadAll<T>): Promise<void> {
    const asked = writes.now()
    apply(await readAll(), asked)
  }

  /** A flight that begins after this call: one under way now may have read its first page too early. */
  function flight(readAll: ReadAll<T>): Promise<void> {
    queued ??= (running ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        queued = undefined
        running = run(readAll).finally(() => {
          running = undefined
        })
        return running
      })
    return queued
  }

  function remove(id: number): void {
    items.delete(id)
    answers.note(id, undefined)
  }

  return {
    known(uid) {
      if (listed === undefined || clock.monotonic() - listed.ended > deps.maxAge()) return []
      const known = writes.mayLearn(uid, listed.asked) ? ofUID(uid) : []
      return known.every(isSettled) ? known : []
    },
    async fresh(uid, readAll, signal) {
      await untilAborted(flight(readAll), signal)
      return ofUID(uid)
    },
    compare(uid, live) {
      if (differences({ before: byID(ofUID(uid)), after: byID(live), print, uidOf }).size > 0) writes.touch(uid)
    },
    sweep: flight,
    merge(item) {
      for (const { id, name } of items.values()) if (name === item.name && id !== item.id) remove(id)
      items.set(item.id, item)
      answers.note(item.id, item)
    },
    remove,
    get size() {
      return items.size
    },
    get isQueued() {
      return queued !== undefined
    },
  }
}

const byID = <T extends Identified>(list: readonly T[]) => new Map(list.map((item) => [item.id, item]))
