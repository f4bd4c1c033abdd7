// What a deletion says of itself while it goes on.

import {
  type ConditionUpdate,
  clip,
  getCondition,
  type Progress,
  setCondition,
  setProgress,
} from '../api/conditions.ts'
import { statusLimits } from '../api/status.ts'
import type { Duration } from '../clock.ts'
import type { Pass } from './pass.ts'

export type DeletionProgress =
  | { kind: 'waiting'; message: string; after: Duration }
  /** A person must act. */
  | { kind: 'blocked'; message: string; after: Duration; reason?: string }
  /** The finalizer is off. */
  | { kind: 'gone'; after?: never }

export const waiting = (message: string, after: Duration): DeletionProgress => ({ kind: 'waiting', message, after })

/** Puts the progress into the draft: a Project that is being deleted is not Ready, and says what it waits for. */
export function reportDeletion(pass: Pass, progress: DeletionProgress): DeletionProgress & { after: Duration } {
  if (progress.kind === 'gone') return progress as never
  const { project, draft, deps } = pass
  const now = deps.clock.now()
  const observedGeneration = project.metadata.generation
  const { message } = progress
  const credentials = getCondition(draft.conditions ?? [], 'CredentialsReady')
  const ready = {
    type: 'Ready',
    status: 'False',
    reason: credentials?.reason ?? 'Unchecked',
    message,
    observedGeneration,
  }
  draft.conditions = setCondition(draft.conditions ?? [], ready as ConditionUpdate, now)
  const stalled = progress.kind === 'blocked'
  const state = stalled
    ? { type: 'Stalled', reason: progress.reason ?? 'TokenRejected', message, observedGeneration }
    : { type: 'Reconciling', reason: 'Deleting', message, observedGeneration }
  draft.conditions = setProgress(draft.conditions, state as Progress, now)
  draft.summary = clip(message, statusLimits.summary)
  draft.observedGeneration = observedGeneration
  return progress
}
