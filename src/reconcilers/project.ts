// Reconciles one Project: the steps in order, one status patch at the end. The table of contents of the operator.

import { parseDuration } from '../api/duration.ts'
import { FINALIZERS, type Project, parseProject } from '../api/project.ts'
import type { StepConditionType } from '../api/reasons.ts'
import { type Duration, minutes, seconds } from '../clock.ts'
import type { Reconcile, ReconcileResult } from '../controller/reconcile.ts'
import { isConflict, isNotFound } from '../kube/api-error.ts'
import { address } from './address.ts'
import { credentials } from './credentials.ts'
import type { ProjectDeps } from './deps.ts'
import { faultStep } from './faults.ts'
import { guard } from './guard.ts'
import { judgeInSync } from './in-sync.ts'
import { isWithin } from './memory.ts'
import type { Pass } from './pass.ts'
import { lookAnew } from './recent-reads.ts'
import { rehearse } from './rehearsal.ts'
import { firstStatus, hasSameIDs, type Outcome, redactStatus, reportStep, summarize } from './report.ts'
import { isRequested } from './request.ts'
import { server } from './server.ts'
import type { Step, StepDefinition } from './step.ts'
import { teardown } from './teardown.ts'
import { transitionsBetween } from './transitions.ts'
import { webhook } from './webhook.ts'
import { workload } from './workload.ts'

const steps = [credentials, guard, rehearse, address, server, workload, webhook] as const

const again: ReconcileResult = { requeueAfter: 0 }

/** Our view was stale. The change itself wakes us if it concerns us; until the watch has told it, looking again only repeats the Conflict. */
const afterConflict: ReconcileResult = { requeueAfter: seconds(0.5) }

export function projectReconciler(deps: ProjectDeps): Reconcile {
  return async (key, { signal }) => {
    const project = readProject(key, deps)
    if (project === undefined || deps.memory.isLetGo(project.metadata.uid)) return undefined
    rememberClaim(project, deps)
    if (isLetGo(project)) return forgetProject(project, deps)
    if (isFirstVisit(project)) return welcome(project, deps, signal)
    const draft = structuredClone(project.status ?? { observedGeneration: project.metadata.generation })
    const pass: Pass = { project, draft, deps, signal }
    return isDeleted(project) ? runTeardown(pass) : runSteps(pass)
  }
}

function readProject(key: string, { projects }: ProjectDeps): Project | undefined {
  const stored = projects.get(key)
  if (stored === undefined) return undefined
  const parsed = parseProject(stored)
  if (!parsed.ok) throw new Error(`Cannot read Project ${key}: ${parsed.problems.join('; ')}`)
  return parsed.project
}

const isDeleted = ({ metadata }: Project): boolean => metadata.deletionTimestamp !== undefined

/** Deleted, and nothing of ours holds it: others' finalizers may still. */
const isLetGo = (project: Project): boolean =>
  isDeleted(project) && !project.metadata.finalizers?.some((each) => FINALIZERS.includes(each))

const isFirstVisit = (project: Project): boolean => !isDeleted(project) && project.status?.conditions === undefined

/** Feedback before any provider is asked; our own status write does not wake us, so the next pass is asked for. */
async function welcome(project: Project, deps: ProjectDeps, signal: AbortSignal): Promise<ReconcileResult> {
  const written = await patchStatus(deps, project, { status: firstStatus(project, deps.clock.now()), signal })
  return written ? again : afterConflict
}

async function runSteps(pass: Pass): Promise<ReconcileResult> {
  if (!isGoingWell(pass)) lookAnew(pass)
  const outcome = await runUntilIncomplete(pass)
  pass.deps.memory.of(pass.project.metadata.uid).credentialsGood = pass.access !== undefined
  const inSync = await judgeInSync(pass).catch(() => undefined)
  summarize(pass, outcome, inSync)
  const reported = await report(pass, requeueFor(pass, outcome))
  // All is as it should be: nobody waits for the next look.
  return outcome.kind === 'complete' ? { ...reported, lane: 'low' } : reported
}

/** Nobody has asked for a look, the spec is the one of the last pass, and its tokens served. */
function isGoingWell({ project, deps }: Pass): boolean {
  const isCurrent = project.status?.observedGeneration === project.metadata.generation
  return deps.memory.of(project.metadata.uid).credentialsGood === true && isCurrent && !isRequested(project)
}

async function runUntilIncomplete(pass: Pass): Promise<Outcome> {
  const outcome = await firstStop(pass)
  // Not when one step has succeeded: those before the one that fails do so in every pass.
  if (outcome.kind === 'complete' || outcome.step.kind !== 'unobserved')
    pass.deps.memory.of(pass.project.metadata.uid).failures = 0
  return outcome
}

async function firstStop(pass: Pass): Promise<Outcome> {
  for (const step of steps) {
    const stopped = await runAny(pass, step)
    if (stopped !== undefined) return stopped
  }
  return { kind: 'complete' }
}

function runAny(pass: Pass, step: (typeof steps)[number]): Promise<Outcome | undefined> {
  if (step === guard) return runGuard(pass)
  if (step === rehearse) return runRehearsal(pass)
  return runStep(pass, step as StepDefinition)
}

/** What was answered, or what becomes of a throw; a stop of the whole pass is nobody's fault. */
function answered<T>(pass: Pass, answer: Promise<T>): Promise<T | Step> {
  return answer.catch((error: unknown) => {
    pass.signal.throwIfAborted()
    return faultStep(pass, error)
  })
}

/** Owns no condition: it stops the pass, under the name of nobody, only when the cluster did not take its writes. */
async function runGuard(pass: Pass): Promise<Outcome | undefined> {
  const failure = await answered(
    pass,
    guard(pass).then(() => undefined),
  )
  return failure && { kind: 'stopped', at: undefined, step: failure }
}

/** Owns no condition: it speaks only when there can be no server, and then for ServerReady. */
async function runRehearsal(pass: Pass): Promise<Outcome | undefined> {
  const step = await answered(pass, rehearse(pass))
  return step && stop(pass, 'ServerReady', step)
}

async function runStep(pass: Pass, { condition, run }: StepDefinition): Promise<Outcome | undefined> {
  delete pass.amiss
  const step = await answered(pass, run(pass))
  if (step.kind !== 'done') return stop(pass, condition, step)
  reportStep(pass, condition, step)
  return undefined
}

function stop(pass: Pass, at: StepConditionType, step: Step): Outcome {
  reportStep(pass, at, step)
  return { kind: 'stopped', at, step }
}

async function runTeardown(pass: Pass): Promise<ReconcileResult | undefined> {
  const progress = await teardown(pass)
  if (progress.kind === 'gone') return letGo(pass)
  return report(pass, progress.after)
}

/** The watch has yet to tell that it is gone: whatever wakes its key until then finds nothing to do. */
function letGo({ project, deps }: Pass): undefined {
  const { uid, namespace, name } = project.metadata
  forgetProject(project, deps)
  if (deps.projects.get(`${namespace}/${name}`)?.metadata.uid === uid) deps.memory.letGo(uid)
}

async function report(pass: Pass, after: Duration): Promise<ReconcileResult> {
  const { project, draft, deps, signal } = pass
  // What is followed at once need not be told at once, but at least every other second; ids are written down in any case.
  const toldJustNow = isWithin(deps.clock, deps.memory.of(project.metadata.uid).reportedAt, seconds(2))
  if (after === 0 && toldJustNow && hasSameIDs(draft, project.status)) return again
  const written = await patchStatus(deps, project, { status: draft, signal })
  return written ? { requeueAfter: after } : afterConflict
}

/** False when the view was stale: the store has, or will have, a newer one to begin again from. */
async function patchStatus(
  deps: ProjectDeps,
  project: Project,
  o: { status: Pass['draft']; signal: AbortSignal },
): Promise<boolean> {
  try {
    await deps.projects.patchStatus(project, redactStatus(o.status, deps.redact), o.signal)
    deps.memory.of(project.metadata.uid).reportedAt = deps.clock.monotonic()
    for (const event of transitionsBetween(project.status, o.status)) deps.tell(project, event)
    return true
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return false
    throw error
  }
}

/** A Project that a person must mend is probed this seldom, unless its step says otherwise. */
const slowProbe = minutes(1)

/** A tenth to both sides, so that Projects created together do not stay together. */
const jittered = (interval: Duration, random: number): Duration => interval * (0.9 + random / 5)

function requeueFor({ project, deps }: Pass, outcome: Outcome): Duration {
  if (outcome.kind === 'stopped' && outcome.step.kind !== 'done')
    return outcome.step.after ?? jittered(slowProbe, deps.random())
  const resync = jittered(parseDuration(project.spec.resyncInterval), deps.random())
  return Math.min(resync, seconds(project.spec.workload.probe.periodSeconds))
}

/** Before anything is asked: a bot that the status records stays this Project's until getMe proves otherwise. */
function rememberClaim({ metadata, status }: Project, { claims }: ProjectDeps): void {
  const botID = status?.telegram?.botID
  if (botID !== undefined && !claims.holds(metadata.uid)) claims.claim(botID, metadata)
}

/** Lets go of tokens, claims and memories of a Project that is gone. */
export function forgetProject(
  { metadata }: Project,
  { accounts, claims, memory }: Pick<ProjectDeps, 'accounts' | 'claims' | 'memory'>,
): undefined {
  accounts.release(metadata.uid)
  claims.release(metadata.uid)
  memory.forget(metadata.uid)
}
