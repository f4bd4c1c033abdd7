// How many Projects are in which condition: bounded, however many there are, so that it can be a metric.

import type { Condition } from './conditions.ts'
import { type ConditionStatus, type ConditionType, conditionTypes } from './reasons.ts'

export interface ConditionCount {
  readonly condition: ConditionType
  readonly status: ConditionStatus
  readonly count: number
}

const statuses: readonly ConditionStatus[] = ['True', 'False', 'Unknown']

/** What the absence of a condition says: these two are there only while True; of the others nothing is known yet. */
const absent = (type: ConditionType): ConditionStatus =>
  type === 'Reconciling' || type === 'Stalled' ? 'False' : 'Unknown'

/** A count for every condition and status, zeros among them: those of one condition add up to the number of Projects. */
export function tallyConditions(
  projects: Iterable<{ readonly status?: { readonly conditions?: readonly Condition[] | undefined } | undefined }>,
): ConditionCount[] {
  const counts = new Map(conditionTypes.map((type) => [type as string, { True: 0, False: 0, Unknown: 0 }]))
  let all = 0
  for (const { status } of projects) {
    all++
    for (const condition of status?.conditions ?? []) {
      const count = counts.get(condition.type)
      // Another version may have written anything.
      if (count !== undefined) count[statuses.includes(condition.status) ? condition.status : 'Unknown']++
    }
  }
  return conditionTypes.flatMap((condition) => {
    const count = counts.get(condition) ?? { True: 0, False: 0, Unknown: 0 }
    count[absent(condition)] += all - count.True - count.False - count.Unknown
    return statuses.map((status) => ({ condition, status, count: count[status] }))
  })
}
