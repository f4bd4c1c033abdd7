// Whether this process should be started anew. That its event loop runs is shown by the answer itself; what can hang without
// it is told here: a watch that shows no sign of life, and workers that never come back.

import { type Clock, type Duration, minutes } from '../clock.ts'

export interface Liveness {
  /** The watch has failed and goes on by itself: that, too, is a sign of life. */
  watchFailed(): void
  /** What hangs, one line each. */
  problems(parts: LivingParts): string[]
}

export interface LivingParts {
  /** Monotonic time of the last answer or event. */
  readonly cache: { readonly lastActivity: Duration }
  /** Runs whose deadline has passed each hold a worker. */
  readonly controller: { readonly overdue: number; readonly workers: number }
}

/** Longer than any watch lasts: a quiet cluster without bookmarks shows its next sign only when a watch ends. */
const silenceLimit: Duration = minutes(12)

export function createLiveness({ clock }: { clock: Pick<Clock, 'monotonic'> }): Liveness {
  let failedAt = clock.monotonic()
  return {
    watchFailed() {
      failedAt = clock.monotonic()
    },
    problems({ cache, controller }) {
      const silent = clock.monotonic() - Math.max(cache.lastActivity, failedAt)
      const isHeld = controller.overdue >= controller.workers
      return [
        ...(silent > silenceLimit ? ['The watch on Projects has shown no sign of life for more than 12 minutes'] : []),
        ...(isHeld ? [`All ${controller.workers} workers are held by runs that ignore their deadline`] : []),
      ]
    },
  }
}
