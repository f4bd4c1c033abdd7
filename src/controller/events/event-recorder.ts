// Tells people what happened to an object. Whoever records neither waits nor fails: what cannot be written is dropped and
// counted. The same again within six minutes raises the count of the first; a budget per object bounds the rest.

import { type Clock, type Duration, deadline, seconds, sleep } from '../../clock.ts'
import { createEventBudget } from './event-budget.ts'
import { createEventSeries, type RecordedEvent, type Series, type StoredEvent } from './event-series.ts'

/** Writes to the cluster. Rejects when the same may succeed later; `refused`: it never will. */
export interface EventSink {
  create(event: StoredEvent, signal: AbortSignal): Promise<'written' | 'refused'>
  /** `gone`: the event has expired there. */
  updateCount(event: StoredEvent, signal: AbortSignal): Promise<'written' | 'gone' | 'refused'>
}

/** What became of one record: all but the first two are drops. */
export type EventOutcome = 'created' | 'counted' | 'refused' | 'failed' | 'over_budget' | 'queue_full' | 'stopped'

export interface EventRecorderDeps {
  readonly sink: EventSink
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Every note passes here before it is kept. */
  readonly redact: (text: string) => string
  readonly onOutcome?: (outcome: EventOutcome) => void
  readonly onError?: (error: unknown) => void
  /** Events that may wait to be written. */
  readonly queueLimit?: number
}

export interface EventRecorder {
  record(event: RecordedEvent): void
  /** Takes nothing more; resolves when what waits is written, or dropped because the time is up. */
  stop(within: Duration): Promise<void>
}

const mostAttempts = 5
const firstPause: Duration = seconds(1)

export function createEventRecorder(deps: EventRecorderDeps): EventRecorder {
  const { clock, redact, onError = () => {}, queueLimit = 1_000 } = deps
  const budget = createEventBudget({ clock })
  const series = createEventSeries(deps)
  const queue: Series[] = []
  const stopping = new AbortController()
  let isClosed = false
  let working: Promise<void> | undefined

  const settle = (outcome: EventOutcome): void => deps.onOutcome?.(outcome)

  function enqueue(event: RecordedEvent): void {
    const known = series.again(event)
    if (known?.isQueued) return
    const obstacle = obstacleTo(event)
    if (obstacle !== undefined) return void settle(obstacle)
    const entry = known ?? series.begin(event)
    entry.isQueued = true
    queue.push(entry)
    working ??= work().finally(() => {
      working = undefined
    })
  }

  function obstacleTo({ regarding }: RecordedEvent): EventOutcome | undefined {
    if (queue.length >= queueLimit) return 'queue_full'
    return budget.take(regarding.uid) ? undefined : 'over_budget'
  }

  async function work(): Promise<void> {
    await Promise.resolve() // whoever records goes on first
    for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
      entry.isQueued = false
      const outcome = await deliver(entry)
      if (outcome !== 'created' && outcome !== 'counted') series.end(entry)
      settle(outcome)
    }
  }

  async function deliver(entry: Series): Promise<EventOutcome> {
    for (let attempt = 1; !stopping.signal.aborted; attempt++) {
      const outcome = await write(entry).catch((error: unknown) => ({ error }))
      if (typeof outcome === 'string') return outcome
      if (stopping.signal.aborted) break
      onError(outcome.error)
      if (attempt === mostAttempts) return 'failed'
      await sleep(clock, pauseAfter(attempt, outcome.error), stopping.signal).catch(() => {})
    }
    return 'stopped'
  }

  async function write(entry: Series): Promise<EventOutcome> {
    const { signal } = stopping
    if (entry.isWritten) {
      const outcome = await deps.sink.updateCount(entry.event, signal)
      if (outcome !== 'gone') return outcome === 'written' ? 'counted' : outcome
    }
    const outcome = await deps.sink.create(entry.event, signal)
    entry.isWritten = outcome === 'written'
    return entry.isWritten ? 'created' : 'refused'
  }

  const pauseAfter = (attempt: number, error: unknown): Duration =>
    Math.max(firstPause * 2 ** (attempt - 1) * (0.5 + deps.random() / 2), retryAfterOf(error))

  return {
    record(event) {
      if (isClosed) return void settle('stopped')
      try {
        // At once: when it is written, the secrets of an object that has gone are known no more.
        enqueue({ ...event, note: redact(event.note) })
      } catch (error) {
        onError(error)
      }
    },
    async stop(within) {
      isClosed = true
      const limit = deadline(clock, within)
      limit.signal.addEventListener('abort', () => stopping.abort(limit.signal.reason), { once: true })
      await working
      limit.release()
    },
  }
}

function retryAfterOf(error: unknown): Duration {
  const after = (error as { retryAfter?: unknown } | null | undefined)?.retryAfter
  return typeof after === 'number' && after >= 0 ? after : 0
}
