// After a watch has ended or broken: resume it or list anew, and how long to wait before that.

import { type Clock, type Duration, minutes, seconds } from '../../clock.ts'
import type { WatchFailure } from './list-watch.ts'
import { isVersionGone } from './paged-list.ts'

/** `watch-list`: one stream that begins with a list and goes on as a watch. */
export type Step = 'watch-list' | 'list' | 'watch'

export interface ResumePolicy {
  readonly next: Step
  /** Whether the server was away since the last watch: it may be another one now, or have another past. */
  readonly isBack: boolean
  /** It has the same past. */
  recognized(): void
  /** A whole list came. */
  listed(): void
  /** An event came. */
  progressed(): void
  /** The server ended the watch after so long; returns the pause before the next step. */
  ended(lasted: Duration): Duration
  /** Whether the server says that it cannot send a list as a stream; it is not asked for one again. */
  refused(error: unknown): boolean
  /** The step failed; returns the pause before the next one. */
  failed(error: unknown): Duration
}

const firstWait: Duration = 800
const longestWait = seconds(30)
/** While nobody is there, asking burdens nobody; a server that is back is to be found within 5 s. */
const longestAbsence = seconds(4)
/** A server that starts names a fixed time, whatever it still has to do: more than that would be lost. */
const longestStart = seconds(2)
/** Full jitter may give next to nothing; a loop without any pause must be impossible. */
const shortestWait: Duration = 50
/** A failure starts its row anew when the last one is so old. */
const calm = minutes(2)
/** A watch that ends by itself earlier than this is no watch: some servers end a stale one so, instead of a 410. */
const shortestWatch = seconds(1)
/** So many watches in a row without an event that the server ended at once or turned down: the store is listed anew. */
const fruitlessLimit = 2

export function createResumePolicy({ clock, random }: { clock: Clock; random: () => number }): ResumePolicy {
  let next: Step = 'watch-list'
  let knowsWatchList = true
  let isBack = false
  let fruitless = 0
  const answered = createPauses({ clock, random, longest: longestWait })
  const absent = createPauses({ clock, random, longest: longestAbsence })

  const listAnew = (): void => {
    next = knowsWatchList ? 'watch-list' : 'list'
  }

  function countFruitless(): void {
    if (++fruitless >= fruitlessLimit) listAnew()
  }

  function watchFailed(error: unknown): void {
    if (endsHistory(error) || isGone(error)) listAnew()
    // An outage says nothing about the resume point: after it, a resumed watch is far cheaper than a list.
    if (isVerdict(error)) countFruitless()
    else isBack = true
  }

  return {
    get next() {
      return next
    },
    get isBack() {
      return isBack
    },
    recognized() {
      isBack = false
    },
    listed() {
      next = 'watch'
      isBack = false
      fruitless = 0
    },
    progressed() {
      fruitless = 0
    },
    ended(lasted) {
      if (lasted >= shortestWatch) return 0
      countFruitless()
      return answered.next()
    },
    refused(error) {
      if (next !== 'watch-list' || !isRefusal(error)) return false
      knowsWatchList = false
      next = 'list'
      return true
    },
    failed(error) {
      const failed = next
      if (failed === 'watch') watchFailed(error)
      else if (failed === 'list') listAnew()
      // Whatever was in the way of the stream, a list in pages may get through.
      else next = 'list'
      const { retryAfter = 0 } = (error ?? {}) as WatchFailure
      if (isAbsence(error)) return absent.next(Math.min(retryAfter, longestStart))
      // What the server says after an outage is the first word of a new row.
      absent.reset()
      return answered.next(retryAfter)
    },
  }
}

interface Pauses {
  next(atLeast?: Duration): Duration
  reset(): void
}

/** Each twice as long as the one before, with full jitter: all reflectors lose the same server at the same moment. */
function createPauses(o: { clock: Clock; random: () => number; longest: Duration }): Pauses {
  let count = 0
  let calmAt = 0
  return {
    next(atLeast = 0) {
      if (o.clock.monotonic() >= calmAt) count = 0
      const full = Math.min(o.longest, firstWait * 2 ** count++)
      const chosen = Math.max(shortestWait, full * o.random(), atLeast)
      calmAt = o.clock.monotonic() + chosen + calm
      return chosen
    },
    reset() {
      count = 0
    },
  }
}

/** After these a watch cannot go on from where it was: what followed is forgotten, or cannot be read, or was taken back. */
function endsHistory(error: unknown): boolean {
  const { code, name } = (error ?? {}) as WatchFailure & { name?: string }
  // A server that was restored from a backup says nothing to who asks from its future: only a list shows that.
  return isVersionGone(error) || code === 'malformed' || code === 'went_back' || name === 'TimeoutError'
}

/**
 * A process that nobody listens for any more has lost what it remembered of the history, and may come back with another
 * past (etcd restored from a backup). Were that overtaken by new writes, no version would show it: only a list does.
 */
const isGone = (error: unknown): boolean => (error as WatchFailure | null)?.code === 'unreachable'

/** There is no server, or one that is not up yet or no longer. */
function isAbsence(error: unknown): boolean {
  const { code, status } = (error ?? {}) as WatchFailure
  return code === 'unreachable' || code === 'broken' || status === 503
}

/** Whether the server itself turned the watch down, and not because it is busy or not yet up. */
function isVerdict(error: unknown): boolean {
  const status = (error as WatchFailure | null)?.status
  return status !== undefined && status !== 429 && status !== 503
}

/** Words of a server that does not know the question; what says something about who asks, or when, is none of them. */
const refusals = new Set([400, 405, 406, 415, 422, 501])

const isRefusal = (error: unknown): boolean => refusals.has((error as WatchFailure | null)?.status ?? 0)
