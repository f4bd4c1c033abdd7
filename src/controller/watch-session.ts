// One watch from its opening to its end, with the limits that tell a quiet connection from a dead one.

import { type Clock, type Duration, deadline, seconds } from '../clock.ts'
import { untilAborted } from './abortable.ts'
import type { ListWatch, WatchEvent } from './list-watch.ts'

export interface WatchSession<T> {
  readonly listWatch: ListWatch<T>
  readonly resourceVersion: string
  /** Whether this server has sent bookmarks before; otherwise a silence counts only after the first one. */
  readonly expectBookmarks: boolean
  readonly clock: Clock
  readonly random: () => number
  readonly onEvent: (event: WatchEvent<T>) => void
  readonly signal: AbortSignal
}

/** Servers send a bookmark about every minute, so two missing ones in a row mean that nobody is there. */
const longestSilence = seconds(120)
/** Beyond the time at which the server itself ends the watch. */
const overtime = seconds(15)

/** Resolves when the server ends the watch; rejects with the ListWatch's error, a TimeoutError, or the abort's reason. */
export async function runWatch<T>(session: WatchSession<T>): Promise<void> {
  const { listWatch, resourceVersion, clock, random, onEvent } = session
  // Random, so that watches opened at the same moment do not all come back at the same moment.
  const timeoutSeconds = 300 + Math.floor(random() * 301)
  const overall = deadline(clock, seconds(timeoutSeconds) + overtime, session.signal)
  const silence = createSilenceAlarm(clock, overall.signal)
  if (session.expectBookmarks) silence.arm()
  try {
    const events = listWatch.watch({ resourceVersion, timeoutSeconds, signal: silence.signal })
    for await (const event of untilAborted(events, silence.signal)) {
      onEvent(event)
      silence.heard()
      if (event.type === 'BOOKMARK') silence.arm()
    }
  } finally {
    silence.release()
    overall.release()
  }
}

/** Aborts after a long silence, but only where bookmarks have shown that there need not be one. */
function createSilenceAlarm(clock: Clock, parent: AbortSignal) {
  const alarm = new AbortController()
  const signal = AbortSignal.any([parent, alarm.signal])
  let armed = false
  let lastHeard = clock.monotonic()
  let cancel = () => {}

  function check(): void {
    const left: Duration = lastHeard + longestSilence - clock.monotonic()
    if (left > 0) cancel = clock.schedule(left, check)
    else alarm.abort(new DOMException(`Watch silent for ${longestSilence} ms`, 'TimeoutError'))
  }

  return {
    signal,
    heard(): void {
      lastHeard = clock.monotonic()
    },
    arm(): void {
      if (!armed) check()
      armed = true
    },
    release: () => cancel(),
  }
}
