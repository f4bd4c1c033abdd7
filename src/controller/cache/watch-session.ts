// One watch from its opening to its end, with the limits that tell a quiet connection from a dead one.

import { type Clock, type Duration, deadline, seconds } from '../../clock.ts'
import { untilAborted } from '../abortable.ts'
import type { ListWatch, WatchEvent } from './list-watch.ts'

export interface WatchSession<T> {
  readonly listWatch: ListWatch<T>
  readonly resourceVersion: string | undefined
  /** Whether the watch begins with a list; it is over when `onEvent` says so for the first time. */
  readonly sendInitialEvents: boolean
  /** Whether this server has sent bookmarks before; otherwise a silence counts only after the first one. */
  readonly expectBookmarks: boolean
  readonly clock: Clock
  readonly random: () => number
  /** Answers whether what follows is a watch: false while the list that it begins with is not whole. */
  readonly onEvent: (event: WatchEvent<T>) => boolean | Promise<boolean>
  readonly signal: AbortSignal
}

/** Servers send a bookmark every 60 to 62 s. A live watch that is taken for dead costs one list, a dead one what it hides. */
const longestSilence = seconds(85)
/** A list that comes as a stream has no reason to pause. */
const longestPause = seconds(30)
/** Beyond the time at which the server itself ends the watch. */
const overtime = seconds(15)

/**
 * Resolves when the server ends the watch; rejects with the ListWatch's error, a TimeoutError (nobody is there any more),
 * an `unfinished` one, or the abort's reason.
 */
export async function runWatch<T>(session: WatchSession<T>): Promise<void> {
  const { listWatch, resourceVersion, sendInitialEvents, clock, random, onEvent } = session
  // Random, so that watches opened at the same moment do not all come back at the same moment.
  const timeoutSeconds = 300 + Math.floor(random() * 301)
  const overall = deadline(clock, seconds(timeoutSeconds) + overtime, session.signal)
  const silence = createSilenceAlarm(clock, overall.signal)
  let isWhole = !sendInitialEvents
  if (!isWhole) silence.allow(longestPause)
  else if (session.expectBookmarks) silence.allow(longestSilence)
  try {
    const events = listWatch.watch({ resourceVersion, sendInitialEvents, timeoutSeconds, signal: silence.signal })
    for await (const event of untilAborted(events, silence.signal)) {
      isWhole = await onEvent(event)
      silence.heard()
      if (isWhole && event.type === 'BOOKMARK') silence.allow(longestSilence)
    }
    if (!isWhole) throw unfinished()
  } finally {
    silence.release()
    overall.release()
  }
}

const unfinished = () =>
  Object.assign(new Error('Cannot list: the stream ended before the list was whole'), { code: 'unfinished' })

/** Aborts after a long silence, but only once it was told how long one may be: where nothing says that there need be none, none is too long. */
function createSilenceAlarm(clock: Clock, parent: AbortSignal) {
  const alarm = new AbortController()
  const signal = AbortSignal.any([parent, alarm.signal])
  let allowed: Duration | undefined
  let lastHeard = clock.monotonic()
  let cancel = () => {}

  function check(limit: Duration): void {
    const left: Duration = lastHeard + limit - clock.monotonic()
    if (left > 0) cancel = clock.schedule(left, () => check(limit))
    else alarm.abort(new DOMException(`Watch silent for ${limit} ms`, 'TimeoutError'))
  }

  return {
    signal,
    heard(): void {
      lastHeard = clock.monotonic()
    },
    allow(limit: Duration): void {
      if (limit === allowed) return
      allowed = limit
      cancel()
      check(limit)
    },
    release: () => cancel(),
  }
}
