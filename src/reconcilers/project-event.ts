// What an event of a Project is made of; the list of all of them is events.ts.

import type { Condition } from '../api/conditions.ts'
import type { Project } from '../api/project.ts'
import type { RecordedEvent } from '../controller/events/event-series.ts'

/** What an event says beside whom it is about. Texts hold no secret: the redaction gate is a net, not a habit. */
export type ProjectEvent = Omit<RecordedEvent, 'regarding'>

/** Tells an event; never waits and never fails. */
export type Tell = (project: Pick<Project, 'apiVersion' | 'kind' | 'metadata'>, event: ProjectEvent) => void

/** Tells through a recorder. */
export function teller(record: (event: RecordedEvent) => void): Tell {
  return ({ apiVersion, kind, metadata: { namespace, name, uid } }, event) =>
    record({ regarding: { apiVersion, kind, namespace, name, uid }, ...event })
}

/** What the reference page says of an event. */
export interface EventKind {
  readonly type: 'Normal' | 'Warning'
  /** Undefined: that of the condition. */
  readonly reason: string | undefined
  readonly action: string
  readonly meaning: string
}

/** An event whose note is made of what happened. */
export function event<Args extends unknown[]>(
  kind: EventKind & { readonly reason: string },
  note: (...args: Args) => string,
): ((...args: Args) => ProjectEvent) & { readonly kind: EventKind } {
  const { type, reason, action } = kind
  return Object.assign((...args: Args) => ({ type, reason, action, note: note(...args) }), { kind })
}

/** Says what the condition says, in the condition's own words. */
export function eventOfCondition(
  kind: EventKind,
): ((condition: Condition) => ProjectEvent) & { readonly kind: EventKind } {
  const { type, action } = kind
  return Object.assign(
    ({ reason, message }: Condition) => ({ type, reason: kind.reason ?? reason, action, note: message }),
    { kind },
  )
}

export const normal = <R extends string>(reason: R, action: string, meaning: string) =>
  ({ type: 'Normal', reason, action, meaning }) as const

export const warning = <R extends string | undefined>(reason: R, action: string, meaning: string) =>
  ({ type: 'Warning', reason, action, meaning }) as const
