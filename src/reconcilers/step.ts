// What a step may answer. A step owns one condition, makes at most one external write, and never writes the Project.

import type { ReasonOf, ReconcilingReason, StepConditionType } from '../api/reasons.ts'
import type { Duration } from '../clock.ts'
import type { Pass } from './pass.ts'

interface Done<Reason> {
  kind: 'done'
  reason: Reason
  message?: string
}

/** Expected: look again after the given time. */
interface Wait<Reason> {
  kind: 'wait'
  reason: Reason
  message: string
  after: Duration
}

/** A person must act; probed again slowly, or after the given time. */
interface Blocked<Reason> {
  kind: 'blocked'
  reason: Reason
  message: string
  after?: Duration
}

/** The world could not be read, or may not be written now: this and all later conditions keep their values. */
export interface Unobserved {
  kind: 'unobserved'
  reason: ReconcilingReason
  message: string
  after?: Duration
}

/** The answer of the step that owns the condition `T`: its reasons are those that the condition may carry. */
export type Step<T extends StepConditionType = StepConditionType> =
  | Done<ReasonOf<T, 'True'>>
  | Wait<ReasonOf<T, 'False'>>
  | Blocked<ReasonOf<T, 'False'>>
  | Unobserved

export const done = <const Reason extends string>(reason: Reason, message?: string): Done<Reason> =>
  message === undefined ? { kind: 'done', reason } : { kind: 'done', reason, message }

export const wait = <const Reason extends string>(reason: Reason, message: string, after: Duration): Wait<Reason> => ({
  kind: 'wait',
  reason,
  message,
  after,
})

/** Look again in the next turn of the queue: for what follows a write of our own. */
export const again = <const Reason extends string>(reason: Reason, message: string): Wait<Reason> =>
  wait(reason, message, 0)

export const blocked = <const Reason extends string>(
  reason: Reason,
  message: string,
  after?: Duration,
): Blocked<Reason> =>
  after === undefined ? { kind: 'blocked', reason, message } : { kind: 'blocked', reason, message, after }

export const unobserved = (reason: ReconcilingReason, message: string, after?: Duration): Unobserved =>
  after === undefined ? { kind: 'unobserved', reason, message } : { kind: 'unobserved', reason, message, after }

export interface StepDefinition<T extends StepConditionType = StepConditionType> {
  readonly condition: T
  run(pass: Pass): Promise<Step<T>>
}
