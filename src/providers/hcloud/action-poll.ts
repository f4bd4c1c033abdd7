// Follows the running actions of all Projects of one account with as few calls as can be.

import { type CancelTimer, type Clock, type Duration, seconds } from '../../clock.ts'
import type { Action } from './domain.ts'
import { isHcloudError } from './errors.ts'
import { createFollowedActions } from './followed-actions.ts'

/** What one call may name; the vendor's own clients do the same. */
const batchSize = 25
const pauseAfterFailure: Duration = seconds(5)

export interface ActionPollDeps {
  clock: Clock
  interval: Duration
  /** At most 25 ids. Actions that Hetzner does not know are missing from the answer. */
  read(ids: readonly number[]): Promise<readonly Action[]>
  /** An action that this holder follows has ended. */
  wake(holder: string): void
}

export interface ActionPoll {
  follow(ids: readonly number[], holder: string): readonly Action[] | undefined
  /** Actions that other answers carried. */
  learn(actions: readonly Action[]): void
  release(holder: string): void
  start(): void
  stop(): void
}

export function createActionPoll({ clock, interval, read, wake }: ActionPollDeps): ActionPoll {
  const actions = createFollowedActions({ clock, interval, batchSize, wake })
  let cancelTimer: CancelTimer | undefined
  let isPolling = false
  let isStarted = false
  let pausedUntil: Duration = Number.NEGATIVE_INFINITY

  function schedule(): void {
    cancelTimer?.()
    cancelTimer = undefined
    const open = actions.open()
    if (!isStarted || isPolling || open.length === 0) return
    const now = clock.monotonic()
    const soonest = Math.min(...open.map(({ nextAt }) => nextAt))
    cancelTimer = clock.schedule(Math.max(soonest, pausedUntil, now) - now, () => void poll())
  }

  async function poll(): Promise<void> {
    cancelTimer = undefined
    isPolling = true
    const began = clock.monotonic()
    // Those that are nearly due come along: one call less in a moment.
    const due = actions.open().flatMap(({ id, nextAt }) => (nextAt <= began + interval / 4 ? [id] : []))
    try {
      for (let from = 0; from < due.length; from += batchSize) {
        const batch = due.slice(from, from + batchSize)
        actions.note(batch, await read(batch))
      }
    } catch (error) {
      // Nothing was learnt. Whoever waits looks again by its own timer, and the account's state says why.
      const retryAfter = isHcloudError(error) ? error.retryAfter : undefined
      pausedUntil = clock.monotonic() + Math.max(interval, retryAfter ?? pauseAfterFailure)
    } finally {
      isPolling = false
      schedule()
    }
  }

  return {
    follow(ids, holder) {
      const known = actions.follow(ids, holder)
      schedule()
      return known
    },
    learn: actions.learn,
    release(holder) {
      actions.release(holder)
      schedule()
    },
    start() {
      isStarted = true
      schedule()
    },
    stop() {
      isStarted = false
      cancelTimer?.()
      cancelTimer = undefined
    },
  }
}
