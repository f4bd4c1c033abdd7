// What a deletion says of itself while it goes on.

import {
  type ConditionUpdate,
  clip,
  getCondition,
  type Progress,
  setCondition,
  setProgress,
  summarizeReady,
} from '../api/conditions.ts'
import type { ConditionStatement, ReasonOf } from '../api/reasons.ts'
import { statusLimits } from '../api/status.ts'
import type { Duration } from '../clock.ts'
import type { Pass } from './pass.ts'

/** What is on its way out: its condition says so from then on. */
export type Going = 'webhook' | 'server' | 'address'

export type DeletionProgress =
  | { kind: 'waiting'; message: string; after: Duration; going?: Going }
  /** A person must act on the credentials. */
  | { kind: 'blocked'; message: string; after: Duration; reason: ReasonOf<'CredentialsReady', 'False'> }
  /** The finalizer is off. */
  | { kind: 'gone'; after?: never }

export const waiting = (message: string, after: Duration, going?: Going): DeletionProgress =>
  going === undefined ? { kind: 'waiting', message, after } : { kind: 'waiting', message, after, going }

const statements: Record<Going, readonly ConditionStatement[]> = {
  webhook: [{ type: 'WebhookReady', status: 'False', reason: 'WebhookRemoved' }],
  server: [
    { type: 'ServerReady', status: 'False', reason: 'Missing' },
    { type: 'WorkloadReady', status: 'Unknown', reason: 'AwaitingServer' },
  ],
  address: [{ type: 'AddressReady', status: 'False', reason: 'NotFound' }],
}

/** Puts the progress into the draft: each part that goes is no longer ready, and what is waited for is said. */
export function reportDeletion(pass: Pass, progress: DeletionProgress): DeletionProgress & { after: Duration } {
  if (progress.kind === 'gone') return progress as never
  const { project, draft, deps } = pass
  const now = deps.clock.now()
  const observedGeneration = project.metadata.generation
  const { message } = progress
  const stated = [...stateCredentials(pass, progress), ...stateGoing(progress)]
  const conditions = stated.reduce(
    (all, statement) => setCondition(all, { ...statement, message, observedGeneration } as ConditionUpdate, now),
    draft.conditions ?? [],
  )
  const ready = setCondition(conditions, { ...summarizeReady(conditions), observedGeneration }, now)
  draft.conditions = setProgress(ready, { ...stateProgress(progress), message, observedGeneration } as Progress, now)
  draft.summary = clip(message, statusLimits.summary)
  draft.observedGeneration = observedGeneration
  return progress
}

type Ongoing = Exclude<DeletionProgress, { kind: 'gone' }>

const stateGoing = (progress: Ongoing): readonly ConditionStatement[] =>
  progress.kind === 'waiting' && progress.going !== undefined ? statements[progress.going] : []

/** Tokens that work again are said to; a bot's token that is gone is not waited for, and not spoken of. */
function stateCredentials({ project, draft, access }: Pass, progress: Ongoing): readonly ConditionStatement[] {
  if (progress.kind === 'blocked') return [{ type: 'CredentialsReady', status: 'False', reason: progress.reason }]
  const failed = getCondition(draft.conditions ?? [], 'CredentialsReady')?.status === 'False'
  const isVerified = access !== undefined && (access.bot !== undefined || project.spec.telegram === undefined)
  return failed && isVerified ? [{ type: 'CredentialsReady', status: 'True', reason: 'Verified' }] : []
}

const stateProgress = (progress: Ongoing): Pick<Progress, 'type' | 'reason'> =>
  progress.kind === 'blocked'
    ? { type: 'Stalled', reason: progress.reason }
    : { type: 'Reconciling', reason: 'Deleting' }
