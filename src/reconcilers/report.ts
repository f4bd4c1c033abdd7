// Turns what the steps answered into the status: the only code that writes conditions and the summary.

import { isDeepStrictEqual } from 'node:util'
import {
  type ConditionUpdate,
  clip,
  getCondition,
  type Progress,
  setCondition,
  setProgress,
  summarizeReady,
} from '../api/conditions.ts'
import type { Project, ProjectStatus } from '../api/project.ts'
import { type ReconcilingReason, reasons, type StepConditionType, stepConditionTypes } from '../api/reasons.ts'
import { statusLimits } from '../api/status.ts'
import type { InSync } from './in-sync.ts'
import type { Pass } from './pass.ts'
import { requestedAt } from './request.ts'
import type { Step } from './step.ts'

/** Where the pass stopped and why; the guard stops it under the name of nobody. */
export type Outcome = { kind: 'complete' } | { kind: 'stopped'; at: StepConditionType | undefined; step: Step }

const beforeAnything = 'Nothing has been looked at yet.'

/** The status of a Project that was never visited: written before any provider is asked, so that feedback never waits. */
export function firstStatus({ metadata, status }: Project, now: number): ProjectStatus {
  const observedGeneration = metadata.generation
  const updates: ConditionUpdate[] = [
    { type: 'Ready', status: 'Unknown', reason: 'Unchecked', message: beforeAnything, observedGeneration },
    {
      type: 'Reconciling',
      status: 'True',
      reason: 'Creating',
      message: 'The credentials are checked first.',
      observedGeneration,
    },
    { type: 'InSync', status: 'Unknown', reason: 'Unchecked', message: beforeAnything, observedGeneration },
    ...stepConditionTypes.map((type) => awaiting(type, observedGeneration)),
  ]
  const conditions = updates.reduce((all, update) => setCondition(all, update, now), status?.conditions ?? [])
  return { ...status, observedGeneration, summary: 'Checking the credentials.', conditions }
}

const awaiting = (type: StepConditionType, observedGeneration: number): ConditionUpdate =>
  ({
    type,
    status: 'Unknown',
    reason: Object.keys(reasons[type].Unknown)[0],
    message: type === 'CredentialsReady' ? beforeAnything : 'Waits for the steps before it.',
    observedGeneration,
  }) as ConditionUpdate

function set(pass: Pass, update: Omit<ConditionUpdate, 'observedGeneration'>): void {
  const stated = { ...update, observedGeneration: pass.project.metadata.generation } as ConditionUpdate
  pass.draft.conditions = setCondition(pass.draft.conditions ?? [], stated, pass.deps.clock.now())
}

/**
 * What one step says of its own condition. `unobserved` says nothing, so this and all later conditions keep their values,
 * unless the step had seen what is amiss before it failed to mend it.
 */
export function reportStep(pass: Pass, type: StepConditionType, step: Step): void {
  const reason = step.kind === 'unobserved' ? pass.amiss : step.reason
  if (reason === undefined) return
  const status = step.kind === 'done' ? 'True' : 'False'
  set(pass, { type, status, reason, message: step.message ?? '' } as ConditionUpdate)
  if (step.kind !== 'done')
    for (const later of stepConditionTypes.slice(stepConditionTypes.indexOf(type) + 1)) set(pass, awaiting(later, 0))
}

/** Everything that follows from the steps: Ready, progress, InSync, the line for people, and what was handled. */
export function summarize(pass: Pass, outcome: Outcome, inSync: InSync | undefined): void {
  const { project, draft, deps } = pass
  const now = deps.clock.now()
  draft.observedGeneration = project.metadata.generation
  if (inSync !== undefined) set(pass, { type: 'InSync', ...inSync } as ConditionUpdate)
  if (outcome.kind === 'complete' || outcome.step.kind !== 'unobserved') delete draft.lastError
  set(pass, summarizeReady(draft.conditions ?? []))
  const observedGeneration = project.metadata.generation
  const progress = progressOf(pass, outcome)
  draft.conditions = setProgress(
    draft.conditions ?? [],
    progress && ({ ...progress, observedGeneration } as Progress),
    now,
  )
  draft.summary = clip(summaryOf(pass, outcome), statusLimits.summary)
  const requested = requestedAt(project)
  if (requested !== undefined && !goesOnAtOnce(outcome)) draft.lastHandledReconcileAt = requested
}

/** The pass ended with a write of its own: the look that was asked for is not over. */
const goesOnAtOnce = (outcome: Outcome): boolean =>
  outcome.kind === 'stopped' && outcome.step.kind !== 'done' && outcome.step.after === 0

type Unstamped = { type: 'Reconciling' | 'Stalled'; reason: string; message: string }

function progressOf(pass: Pass, outcome: Outcome): Unstamped | undefined {
  if (pass.keysLost !== undefined) return { type: 'Stalled', reason: 'UpdateFailed', message: pass.keysLost }
  if (outcome.kind === 'complete' || outcome.step.kind === 'done') return undefined
  const { step } = outcome
  const message = step.message
  if (step.kind === 'blocked') return { type: 'Stalled', reason: step.reason, message }
  return {
    type: 'Reconciling',
    reason: step.kind === 'unobserved' ? step.reason : reconcilingReason(pass, step.reason),
    message,
  }
}

const waitingFor: Partial<Record<string, ReconcilingReason>> = {
  SecretMissing: 'WaitingForSecret',
  SecretAccessDenied: 'WaitingForSecret',
  NoCapacity: 'WaitingForCapacity',
}

/** A Project that was Ready once is repaired, or updated when the user changed it; the rest is still being created. */
function reconcilingReason({ project }: Pass, reason: string): ReconcilingReason {
  const special = waitingFor[reason]
  if (special !== undefined) return special
  const { server, observedGeneration } = project.status ?? {}
  if (server === undefined) return 'Creating'
  if (observedGeneration !== project.metadata.generation) return 'Updating'
  const ran = getCondition(project.status?.conditions ?? [], 'Reconciling')?.reason !== 'Creating'
  return ran ? 'Repairing' : 'Creating'
}

function summaryOf({ draft, keysLost }: Pass, outcome: Outcome): string {
  if (keysLost !== undefined) return keysLost
  if (outcome.kind === 'stopped' && outcome.step.kind !== 'done') return outcome.step.message
  const bot = draft.telegram?.botUsername
  return bot === undefined ? `Serving at ${draft.address?.ipv4}.` : `@${bot} answers at ${draft.address?.ipv4}.`
}

/** R9: every text of a status passes the one redaction gate before it leaves. */
export function redactStatus(status: ProjectStatus, redact: (text: string) => string): ProjectStatus {
  return JSON.parse(JSON.stringify(status), (_key, value) => (typeof value === 'string' ? redact(value) : value))
}

/** Whether two statuses name the same things at Hetzner and Telegram: what a process that dies now must not take with it. */
export function hasSameIDs(a: ProjectStatus, b: ProjectStatus | undefined): boolean {
  return b !== undefined && isDeepStrictEqual(idsOf(a), idsOf(b))
}

const idsOf = ({ account, address, server, operation, telegram }: ProjectStatus): unknown => [
  account,
  address,
  server,
  operation,
  telegram?.url,
  telegram?.settingsHash,
]
