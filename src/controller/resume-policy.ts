// After a watch has ended or broken: resume it or list anew, and how long to wait before that.

import { type Clock, type Duration, minutes, seconds } from '../clock.ts'
import type { WatchFailure } from './list-watch.ts'
import { isVersionGone } from './paged-list.ts'

export interface ResumePolicy {
  /** Whether the next step is a list. */
  readonly mustList: boolean
  listed(): void
  /** An event came. */
  progressed(): void
  /** The server ended the watch after so long; returns the pause before the next step. */
  ended(lasted: Duration): Duration
  /** The list or the watch failed; returns the pause before the next step. */
  failed(error: unknown): Duration
}

const firstWait: Duration = 800
const longestWait = seconds(30)
/** Full jitter may give next to nothing; a loop without any pause must be impossible. */
const shortestWait: Duration = 50
/** A failure starts the row anew when the last one is so old. */
const calm = minutes(2)
/** A watch that ends by itself earlier than this is no watch: some servers end a stale one so, instead of a 410. */
const shortestWatch = seconds(1)
/** So many watches in a row without an event that the server ended at once or turned down: the store is listed anew. */
const fruitlessLimit = 2

export function createResumePolicy({ clock, random }: { clock: Clock; random: () => number }): ResumePolicy {
  let mustList = true
  let fruitless = 0
  let failures = 0
  let calmAt = 0

  // Full jitter: all reflectors lose the same server at the same moment.
  function wait(atLeast: Duration = 0): Duration {
    if (clock.monotonic() >= calmAt) failures = 0
    const full = Math.min(longestWait, firstWait * 2 ** failures++)
    const chosen = Math.max(shortestWait, full * random(), atLeast)
    calmAt = clock.monotonic() + chosen + calm
    return chosen
  }

  function countFruitless(): void {
    if (++fruitless >= fruitlessLimit) mustList = true
  }

  return {
    get mustList() {
      return mustList
    },
    listed() {
      mustList = false
      fruitless = 0
    },
    progressed() {
      fruitless = 0
    },
    ended(lasted) {
      if (lasted >= shortestWatch) return 0
      countFruitless()
      return wait()
    },
    failed(error) {
      if (endsHistory(error)) mustList = true
      // An outage says nothing about the resume point: after it, a resumed watch is far cheaper than a list.
      if (isVerdict(error)) countFruitless()
      return wait((error as WatchFailure | null)?.retryAfter)
    },
  }
}

/** After these a watch cannot go on from where it was: what followed is forgotten, or cannot be read. */
function endsHistory(error: unknown): boolean {
  return isVersionGone(error) || (error as WatchFailure | null)?.code === 'malformed'
}

/** Whether the server itself turned the watch down, and not because it is busy or not yet up. */
function isVerdict(error: unknown): boolean {
  const status = (error as WatchFailure | null)?.status
  return status !== undefined && status !== 429 && status !== 503
}
