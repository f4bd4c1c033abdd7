// Conditions as pure values: set one, find one, and compute the summary that users and tools wait for.
import {
  type ConditionStatement,
  type ConditionStatus,
  type ConditionType,
  conditionTypes,
  type ReadyReason,
  stepConditionTypes,
  warningReasons,
} from './reasons.ts'

/** The longest message that the schema admits, in characters; setCondition cuts what is longer. */
export const messageLimit = 4_096

/**
 * A condition as it is stored, in Kubernetes' standard shape.
 * `type` and `reason` are plain text here because another version may have written them; what this version writes is a ConditionUpdate.
 */
export interface Condition {
  type: string
  status: ConditionStatus
  reason: string
  message: string
  /** RFC 3339 in UTC, whole seconds; when `status` last changed. */
  lastTransitionTime: string
  /** metadata.generation that this was judged against. */
  observedGeneration: number
}

/** What a writer states; the reason must be one that the type has in that status. */
export type ConditionUpdate = ConditionStatement & { message: string; observedGeneration: number }

/** The conditions with one statement made: replaced if the type is there, in canonical order. `now` is in milliseconds since the epoch. */
export function setCondition(conditions: readonly Condition[], update: ConditionUpdate, now: number): Condition[] {
  const previous = getCondition(conditions, update.type)
  const lastTransitionTime = previous?.status === update.status ? previous.lastTransitionTime : timestamp(now)
  const { type, status, reason, observedGeneration } = update
  const next = {
    type,
    status,
    reason,
    message: clip(update.message, messageLimit),
    lastTransitionTime,
    observedGeneration,
  }
  return [...removeCondition(conditions, type), next].sort((a, b) => rank(a.type) - rank(b.type))
}

/** The condition of a type, if it is there. */
export function getCondition(conditions: readonly Condition[], type: ConditionType): Condition | undefined {
  return conditions.find((condition) => condition.type === type)
}

/** The conditions without a type. */
export function removeCondition(conditions: readonly Condition[], type: ConditionType): Condition[] {
  return conditions.filter((condition) => condition.type !== type)
}

type Unstamped<T> = T extends unknown ? Omit<T, 'status'> : never

/** What kstatus reads beside Ready: still going, or stopped until a person acts. */
export type Progress = Unstamped<Extract<ConditionUpdate, { type: 'Reconciling' | 'Stalled' }>>

/** Reconciling and Stalled are there only while True, and never both: sets the one given and takes the other away; `undefined` takes both. */
export function setProgress(
  conditions: readonly Condition[],
  progress: Progress | undefined,
  now: number,
): Condition[] {
  if (progress === undefined) return removeCondition(removeCondition(conditions, 'Reconciling'), 'Stalled')
  const others = removeCondition(conditions, progress.type === 'Stalled' ? 'Reconciling' : 'Stalled')
  return setCondition(others, { ...progress, status: 'True' }, now)
}

/** What Ready must say: True when all five steps are, False when one is, else Unknown; the first that is not True gives reason and message. */
export function summarizeReady(conditions: readonly Condition[]): {
  type: 'Ready'
  status: ConditionStatus
  reason: ReadyReason
  message: string
} {
  const steps = stepConditionTypes.map((type) => ({ type, condition: getCondition(conditions, type) }))
  const missing = steps.find((step) => step.condition?.status !== 'True')
  if (missing === undefined)
    return { type: 'Ready', status: 'True', reason: 'Available', message: warnings(conditions) }

  const status = steps.some((step) => step.condition?.status === 'False') ? 'False' : 'Unknown'
  const reason = (missing.condition?.reason ?? 'Unchecked') as ReadyReason
  return { type: 'Ready', status, reason, message: missing.condition?.message || `${missing.type} is not True yet` }
}

/** RFC 3339 in UTC with whole seconds, as Kubernetes writes times. `now` is in milliseconds since the epoch. */
export function timestamp(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`
}

/** Text that fits a bounded field: at most `limit` characters, with an ellipsis where it was cut. */
export function clip(text: string, limit: number): string {
  const characters = [...text]
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`
}

function warnings(conditions: readonly Condition[]): string {
  const warned = conditions.filter(
    (condition) => warningReasons.includes(condition.reason) && condition.status === 'True',
  )
  return warned.length === 0 ? 'All steps are done' : warned.map((condition) => condition.message).join(' ')
}

/** Types that this version does not know go last, in the order found. */
function rank(type: string): number {
  const index = (conditionTypes as readonly string[]).indexOf(type)
  return index === -1 ? conditionTypes.length : index
}
