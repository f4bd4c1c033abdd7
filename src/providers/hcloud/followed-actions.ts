// What is known of the actions that Projects wait for, and which of them are due for a look.

import { type Clock, type Duration, hours, minutes, seconds } from '../../clock.ts'
import { classify } from './classification.ts'
import type { Action } from './domain.ts'

const longestInterval: Duration = seconds(5)
/** A fresh action may be missing from one answer; one that is missing again and again is gone. */
const missesToGone = 3
const forgetAfter: Duration = hours(1)
const forgetUnasked: Duration = minutes(10)

export interface FollowedActionsDeps {
  clock: Clock
  /** Between two looks at a fresh action. */
  interval: Duration
  /** What one call may name. */
  batchSize: number
  /** An action that this holder follows has ended. */
  wake(holder: string): void
}

export interface FollowedActions {
  follow(ids: readonly number[], holder: string): readonly Action[] | undefined
  release(holder: string): void
  /** From an answer to something else. */
  learn(actions: readonly Action[]): void
  /** From an answer to a question for these ids: what is missing there counts, too. */
  note(asked: readonly number[], actions: readonly Action[]): void
  /** Followed and not known to have ended, with the time of the next look. */
  open(): readonly { id: number; nextAt: Duration }[]
}

interface Entry {
  action: Action | undefined
  readonly since: Duration
  nextAt: Duration
  misses: number
}

export function createFollowedActions({ clock, interval, batchSize, wake }: FollowedActionsDeps): FollowedActions {
  const entries = new Map<number, Entry>()
  /** Both ways, because one answer may concern a thousand Projects. */
  const idsOf = new Map<string, readonly number[]>()
  const holdersOf = new Map<number, Set<string>>()

  const isFollowed = (id: number) => holdersOf.has(id)

  const open = () =>
    [...entries].flatMap(([id, entry]) => (isOpen(entry) && isFollowed(id) ? [{ id, nextAt: entry.nextAt }] : []))

  function unfollow(holder: string): void {
    for (const id of idsOf.get(holder) ?? []) {
      const holders = holdersOf.get(id)
      holders?.delete(holder)
      if (holders?.size === 0) holdersOf.delete(id)
    }
    idsOf.delete(holder)
  }

  function entryOf(id: number): Entry {
    const now = clock.monotonic()
    const entry = entries.get(id) ?? { action: undefined, since: now, nextAt: now + interval, misses: 0 }
    entries.set(id, entry)
    return entry
  }

  function set(id: number, action: Action): void {
    const entry = entryOf(id)
    const hasEnded = isOpen(entry) && action.status !== 'running'
    entry.action = action
    entry.misses = 0
    if (!hasEnded) return
    for (const holder of holdersOf.get(id) ?? []) wake(holder)
  }

  function missing(id: number): void {
    const entry = entryOf(id)
    entry.misses += 1
    if (entry.misses >= missesToGone) set(id, goneAction(id))
  }

  /** From one second to five, as it grows old; longer when so many run that the calls would add up. */
  function pace({ since }: Entry, o: { now: Duration; batches: number }): Duration {
    const byAge = Math.max(interval, (o.now - since) / 20)
    return Math.min(Math.max(longestInterval, interval), byAge) * Math.max(1, o.batches / 4)
  }

  function forgetOld(): void {
    const now = clock.monotonic()
    for (const [id, entry] of entries) {
      const keepFor = isFollowed(id) ? forgetAfter : forgetUnasked
      if (now - entry.since > keepFor && !(isOpen(entry) && isFollowed(id))) entries.delete(id)
    }
  }

  return {
    open,
    follow(ids, holder) {
      forgetOld()
      unfollow(holder)
      idsOf.set(holder, ids)
      for (const id of ids) holdersOf.set(id, (holdersOf.get(id) ?? new Set()).add(holder))
      const known = ids.map((id) => entryOf(id).action)
      return known.every((action) => action !== undefined) ? known : undefined
    },
    release(holder) {
      unfollow(holder)
      forgetOld()
    },
    learn(actions) {
      for (const action of actions) set(action.id, action)
    },
    note(asked, actions) {
      const byID = new Map(actions.map((action) => [action.id, action]))
      const pacing = { now: clock.monotonic(), batches: Math.ceil(open().length / batchSize) }
      for (const id of asked) {
        const action = byID.get(id)
        if (action === undefined) missing(id)
        else set(id, action)
        const entry = entryOf(id)
        entry.nextAt = pacing.now + pace(entry, pacing)
      }
    },
  }
}

const isOpen = ({ action }: Entry) => action === undefined || action.status === 'running'

const goneAction = (id: number): Action => ({
  id,
  command: 'unknown',
  status: 'error',
  progress: 100,
  error: {
    code: 'action_not_found',
    message: 'Hetzner no longer knows this action',
    errorClass: classify('action_not_found').errorClass,
  },
  resources: [],
})
