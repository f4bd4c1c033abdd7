// When what was first seen of one Project, from the events of a watch. Pure.

import type { KubeObject, WatchEvent } from '../control-plane/api.ts'

export interface Condition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason: string
  message: string
}

/** Times are milliseconds of the clock that `advance` was given. */
export interface Timeline {
  readonly project: KubeObject
  /** First event with conditions. */
  readonly conditionsAt?: number
  /** Since when each condition holds that holds now. */
  readonly trueSince: Readonly<Record<string, number>>
  /** First event with Ready=True. */
  readonly readyAt?: number
  readonly goneAt?: number
}

export function advance(before: Timeline | undefined, { type, object }: WatchEvent, at: number): Timeline {
  if (type === 'DELETED') return { ...(before ?? { trueSince: {} }), project: object, goneAt: at }
  const conditions = conditionsOf(object)
  const holding = conditions.filter(({ status }) => status === 'True')
  const trueSince = Object.fromEntries(holding.map((one) => [one.type, before?.trueSince[one.type] ?? at]))
  const conditionsAt = before?.conditionsAt ?? (conditions.length > 0 ? at : undefined)
  const readyAt = before?.readyAt ?? trueSince['Ready']
  return {
    project: object,
    trueSince,
    ...(conditionsAt !== undefined && { conditionsAt }),
    ...(readyAt !== undefined && { readyAt }),
  }
}

export const conditionsOf = (project: KubeObject): Condition[] => project['status']?.conditions ?? []

/** One human line of what goes on. */
export const summaryOf = (project: KubeObject): string => project['status']?.summary ?? ''
