// The events of a virtual world as a cluster would keep them, and what no list of events may show (V5, R9).

import { minutes } from '../../src/clock.ts'
import type { EventSink } from '../../src/controller/events/event-recorder.ts'
import type { StoredEvent } from '../../src/controller/events/event-series.ts'

export interface VirtualEvents {
  readonly sink: EventSink
  /** In the order of their first time. */
  readonly all: readonly StoredEvent[]
  /** Of one Project, by name: `Normal ServerCreated`. */
  of(name: string): string[]
  /** What an operator must not tell, in a line each. */
  violations(secrets: readonly string[]): string[]
}

export function createVirtualEvents(): VirtualEvents {
  const events = new Map<string, StoredEvent>()
  const idOf = ({ regarding, serial }: StoredEvent) => `${regarding.uid} ${serial} `
  const keep = async (event: StoredEvent) => {
    events.set(`${idOf(event)}${event.reason} ${event.note}`, event)
    return 'written' as const
  }
  const all = () => [...events.values()]
  return {
    sink: { create: keep, updateCount: keep },
    get all() {
      return all()
    },
    of: (name) =>
      all()
        .filter(({ regarding }) => regarding.name === name)
        .map(({ type, reason }) => `${type} ${reason}`),
    violations: (secrets) => [
      ...all().flatMap((event, at) => (isRepeated(event, all().slice(0, at)) ? [`told twice: ${event.note}`] : [])),
      ...secrets.filter((secret) => JSON.stringify(all()).includes(secret)).map(() => 'an event holds a secret'),
    ],
  }
}

/** V5: one per transition, not per retry: at most one for a reason and object in ten minutes, unless a warning led to it. */
function isRepeated(event: StoredEvent, earlier: readonly StoredEvent[]): boolean {
  const ofObject = earlier.filter(({ regarding }) => regarding.uid === event.regarding.uid)
  const last = ofObject.findLastIndex(({ reason }) => reason === event.reason)
  const before = ofObject[last]
  if (before === undefined || event.firstAt - before.firstAt >= minutes(10)) return false
  return ofObject.slice(last + 1).every(({ type }) => type === 'Normal')
}
