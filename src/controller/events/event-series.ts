// What was told lately, so that the same event again within six minutes is counted instead of told anew.

import { type Clock, type Duration, minutes } from '../../clock.ts'

/** What an event is about. */
export interface EventObject {
  readonly apiVersion: string
  readonly kind: string
  /** None: the object belongs to the cluster. */
  readonly namespace?: string | undefined
  readonly name: string
  readonly uid: string
}

export interface RecordedEvent {
  readonly regarding: EventObject
  readonly type: 'Normal' | 'Warning'
  /** What happened, in one CamelCase word. */
  readonly reason: string
  /** What the operator did or was doing, in one CamelCase word. */
  readonly action: string
  /** For people. */
  readonly note: string
}

/** An event as it is written; it has one name, so that writing it twice makes one. */
export interface StoredEvent extends RecordedEvent {
  /** Milliseconds since the epoch, of the first and of the last time. */
  readonly firstAt: number
  readonly lastAt: number
  readonly count: number
  /** Tells it from others of its object; lower-case letters and digits. */
  readonly serial: string
}

/** An event that may come again. */
export interface Series {
  event: StoredEvent
  /** Monotonic, of the last time. */
  at: Duration
  /** It is in the cluster: what is yet to be told is its count. */
  isWritten: boolean
  isQueued: boolean
}

export interface EventSeries {
  /** The series of the same event, one higher; undefined when it was not told within the window. */
  again(event: RecordedEvent): Series | undefined
  begin(event: RecordedEvent): Series
  /** The next one of its kind begins anew. */
  end(series: Series): void
}

const seriesWindow: Duration = minutes(6)
/** Different events that are remembered. */
const mostSeries = 4_096

export function createEventSeries({ clock, random }: { clock: Clock; random: () => number }): EventSeries {
  const entries = new Map<string, Series>() // the longest quiet first
  const keyOf = ({ regarding: { uid }, type, reason, note }: RecordedEvent) => JSON.stringify([uid, reason, type, note])

  function keep(entry: Series): void {
    const key = keyOf(entry.event)
    entries.delete(key)
    entries.set(key, entry)
    for (const [oldest, { at }] of entries) {
      if (clock.monotonic() - at < seriesWindow && entries.size <= mostSeries) return
      entries.delete(oldest)
    }
  }

  return {
    again(event) {
      const entry = entries.get(keyOf(event))
      if (entry === undefined || (clock.monotonic() - entry.at >= seriesWindow && !entry.isQueued)) return undefined
      entry.event = { ...entry.event, count: entry.event.count + 1, lastAt: clock.now() }
      entry.at = clock.monotonic()
      keep(entry)
      return entry
    },
    begin(event) {
      const now = clock.now()
      // Nanoseconds, as client-go has it; those that the clock does not tell are chance.
      const serial = (BigInt(now) * 1_000_000n + BigInt(Math.floor(random() * 1_000_000))).toString(16)
      const entry: Series = {
        event: { ...event, firstAt: now, lastAt: now, count: 1, serial },
        at: clock.monotonic(),
        isWritten: false,
        isQueued: false,
      }
      keep(entry)
      return entry
    },
    end(entry) {
      const key = keyOf(entry.event)
      if (entries.get(key) === entry) entries.delete(key)
    },
  }
}
