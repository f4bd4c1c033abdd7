import { describe, expect, it } from 'vitest'
import { getCondition } from '../../src/api/conditions.ts'
import type { ProjectStatus } from '../../src/api/project.ts'
import { conditionTypes, type StepConditionType, stepConditionTypes } from '../../src/api/reasons.ts'
import { seconds } from '../../src/clock.ts'
import type { InSync } from '../../src/reconcilers/in-sync.ts'
import { firstStatus, type Outcome, redactStatus, reportStep, summarize } from '../../src/reconcilers/report.ts'
import { isRequested, requestedAt } from '../../src/reconcilers/request.ts'
import { blocked, done, type Step, unobserved, wait } from '../../src/reconcilers/step.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { type BarePass, barePass } from '../support/passes.ts'
import { projectOf } from '../support/projects.ts'

const clock = fakeClock()
const t0 = clock.now()
const first = firstStatus(projectOf(), t0)
const fresh = (change: Parameters<typeof projectOf>[0] = {}): BarePass =>
  barePass(projectOf({ status: first, ...change }))

const doneReasons = {
  CredentialsReady: 'Verified',
  AddressReady: 'Allocated',
  ServerReady: 'Running',
  WorkloadReady: 'Serving',
  WebhookReady: 'Registered',
} as const satisfies Record<StepConditionType, string>

/** Reports a pass in which the first `count` steps are done and the next one answers `step`. */
function passOf(pass: BarePass, { count = 5, step }: { count?: number; step?: Step }, inSync?: InSync): ProjectStatus {
  for (const type of stepConditionTypes.slice(0, count)) reportStep(pass, type, done(doneReasons[type]) as Step)
  const at = stepConditionTypes[count]
  let outcome: Outcome = { kind: 'complete' }
  if (step !== undefined && at !== undefined) {
    reportStep(pass, at, step)
    outcome = { kind: 'stopped', at, step }
  }
  summarize(pass, outcome, inSync)
  return pass.draft
}

/** `Type=Status Reason` of each condition. */
const told = ({ conditions = [] }: ProjectStatus) =>
  Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]))

const creating = wait('Creating', 'The server is being created.', seconds(15)) as Step
const nameTaken = blocked('NameTaken', 'Rename it.') as Step
const throttled = unobserved('WaitingForRateLimit', 'Hetzner is asked too often.', seconds(9))

describe('the first status', () => {
  it('has every positive condition, none of them judged', () => {
    expect(told(first)).toEqual({
      Ready: 'Unknown Unchecked',
      Reconciling: 'True Creating',
      CredentialsReady: 'Unknown Unchecked',
      AddressReady: 'Unknown AwaitingCredentials',
      ServerReady: 'Unknown AwaitingAddress',
      WorkloadReady: 'Unknown AwaitingServer',
      WebhookReady: 'Unknown AwaitingWorkload',
      InSync: 'Unknown Unchecked',
    })
    expect(first.observedGeneration).toBe(1)
  })

  it('lists its conditions in the order that the docs use', () => {
    const order = (first.conditions ?? []).map(({ type }) => (conditionTypes as readonly string[]).indexOf(type))
    expect(order).toEqual([...order].sort((a, b) => a - b))
  })
})

describe('a report', () => {
  it('is Ready when all five steps are done', () => {
    const status = passOf(fresh(), {}, { status: 'True', reason: 'UpToDate', message: 'x' })
    expect(told(status)).toEqual({
      Ready: 'True Available',
      CredentialsReady: 'True Verified',
      AddressReady: 'True Allocated',
      ServerReady: 'True Running',
      WorkloadReady: 'True Serving',
      WebhookReady: 'True Registered',
      InSync: 'True UpToDate',
    })
  })

  it('takes the conditions after a step that waits back to awaiting', () => {
    const pass = barePass(projectOf({ status: passOf(fresh(), {}) }))
    expect(told(passOf(pass, { count: 2, step: creating }))).toMatchObject({
      Ready: 'False Creating',
      ServerReady: 'False Creating',
      WorkloadReady: 'Unknown AwaitingServer',
      WebhookReady: 'Unknown AwaitingWorkload',
    })
  })

  it('keeps every value when a step could not observe', () => {
    const ready = passOf(fresh(), {})
    const pass = barePass(projectOf({ status: ready }))
    const after = told(passOf(pass, { count: 2, step: throttled }))
    expect(after).toEqual({ ...told(ready), Reconciling: 'True WaitingForRateLimit' })
  })

  it('keeps values of a Project that was on its way when a step could not observe', () => {
    const before = passOf(fresh(), { count: 3, step: wait('Booting', 'x', 1) as Step })
    const pass = barePass(projectOf({ status: before }))
    expect(told(passOf(pass, { count: 1, step: throttled }))).toEqual({
      ...told(before),
      Reconciling: 'True WaitingForRateLimit',
    })
  })

  it('is Stalled where a person must act, and no longer Reconciling', () => {
    const status = passOf(fresh(), { count: 2, step: nameTaken })
    expect(told(status)).toMatchObject({ Stalled: 'True NameTaken', Ready: 'False NameTaken' })
    expect(told(status)).not.toHaveProperty('Reconciling')
  })

  it.each([
    { step: wait('SecretMissing', 'x', 1), count: 0, want: 'WaitingForSecret' },
    { step: wait('SecretAccessDenied', 'x', 1), count: 0, want: 'WaitingForSecret' },
    { step: wait('NoCapacity', 'x', 1), count: 1, want: 'WaitingForCapacity' },
    { step: wait('Creating', 'x', 1), count: 2, want: 'Creating' },
    { step: throttled, count: 2, want: 'WaitingForRateLimit' },
    { step: unobserved('Retrying', 'x'), count: 2, want: 'Retrying' },
  ])('says that it is $want', ({ step, count, want }) => {
    expect(told(passOf(fresh(), { count, step: step as Step }))).toMatchObject({ Reconciling: `True ${want}` })
  })

  it('is Repairing, not Creating, once it was Ready', () => {
    const ready = passOf(barePass(projectOf({ status: withServer(first) })), {})
    const status = passOf(barePass(projectOf({ status: ready })), { count: 2, step: creating })
    expect(told(status)).toMatchObject({ Reconciling: 'True Repairing' })
  })

  it('is Updating when the user changed the spec', () => {
    const ready = passOf(barePass(projectOf({ status: withServer(first) })), {})
    const pass = barePass(projectOf({ status: ready, metadata: { generation: 2 } }))
    const status = passOf(pass, { count: 2, step: creating })
    expect(told(status)).toMatchObject({ Reconciling: 'True Updating' })
    expect(status.observedGeneration).toBe(2)
  })

  it('goes on to say Creating while a recorded server has never served', () => {
    const before = passOf(barePass(projectOf({ status: withServer(first) })), { count: 2, step: creating })
    const status = passOf(barePass(projectOf({ status: before })), { count: 3, step: wait('Booting', 'x', 1) as Step })
    expect(told(status)).toMatchObject({ Reconciling: 'True Creating' })
  })

  it('judges every condition that it touches against the current generation', () => {
    const pass = fresh({ metadata: { generation: 5 } })
    const { conditions = [] } = passOf(pass, { count: 2, step: creating })
    const stale = conditions.filter(({ observedGeneration }) => observedGeneration !== 5).map(({ type }) => type)
    expect(stale).toEqual(['InSync'])
  })

  it('is Stalled by lost keys although every step is done', () => {
    const pass = fresh()
    pass.keysLost = 'The keys are lost.'
    const status = passOf(pass, { count: 3, step: throttled })
    expect(told(status)).toMatchObject({ Stalled: 'True UpdateFailed' })
    expect(status.summary).toBe('The keys are lost.')
  })

  it('forgets the last error when the world could be read again, not before', () => {
    const failed = {
      ...first,
      lastError: { class: 'Transient' as const, code: 'x', message: 'x', at: '2026-01-01T00:00:00Z' },
    }
    const kept = barePass(projectOf({ status: failed }))
    expect(passOf(kept, { count: 2, step: throttled }).lastError).toEqual(failed.lastError)
    const cleared = barePass(projectOf({ status: failed }))
    expect(passOf(cleared, { count: 2, step: creating }).lastError).toBeUndefined()
  })

  it.each([
    { name: 'what is waited for', change: { count: 2, step: creating }, want: creating.message },
    { name: 'where it serves', change: {}, want: 'Serving at 127.64.0.1.' },
  ])('has a line for people: $name', ({ change, want }) => {
    const address = { id: 7, ipv4: '127.64.0.1', location: 'nbg1' }
    const status = passOf(barePass(projectOf({ status: { ...first, address } })), change)
    expect(status.summary).toBe(want)
  })

  it('names the bot that answers', () => {
    const address = { id: 7, ipv4: '127.64.0.1', location: 'nbg1' }
    const telegram = { botID: 1, botUsername: 'echo_bot' }
    expect(passOf(barePass(projectOf({ status: { ...first, address, telegram } })), {}).summary).toBe(
      '@echo_bot answers at 127.64.0.1.',
    )
  })

  it.each([
    { annotations: { 'botyard.dev/reconcile-requested-at': 'a' }, want: 'a' },
    { annotations: { 'reconcile.fluxcd.io/requestedAt': 'b' }, want: 'b' },
    { annotations: { 'reconcile.fluxcd.io/requestedAt': 'b', 'botyard.dev/reconcile-requested-at': 'a' }, want: 'a' },
    { annotations: {}, want: undefined },
  ])('echoes the request of $annotations', ({ annotations, want }) => {
    const pass = fresh({ metadata: { annotations } })
    expect(requestedAt(pass.project)).toBe(want)
    expect(passOf(pass, {}).lastHandledReconcileAt).toBe(want)
  })

  it('echoes a request only when the look that was asked for is over', () => {
    const pass = fresh({ metadata: { annotations: { 'botyard.dev/reconcile-requested-at': 'a' } } })
    const written = unobserved('Creating', 'The tokens are kept.', 0)
    expect(passOf(pass, { count: 1, step: written }).lastHandledReconcileAt).toBeUndefined()
    expect(passOf(pass, { count: 1, step: throttled }).lastHandledReconcileAt).toBe('a')
  })

  it('echoes as much of a request as fits, and takes that for an answer', () => {
    const annotations = { 'botyard.dev/reconcile-requested-at': 'x'.repeat(200) }
    const { lastHandledReconcileAt } = passOf(fresh({ metadata: { annotations } }), {})
    expect(lastHandledReconcileAt).toHaveLength(64)
    expect(isRequested(projectOf({ metadata: { annotations }, status: { ...first, lastHandledReconcileAt } }))).toBe(
      false,
    )
    expect(isRequested(projectOf({ metadata: { annotations }, status: first }))).toBe(true)
  })

  it('passes every text through the redaction gate', () => {
    const status = { ...first, summary: 'token s3cret', telegram: { botID: 1, url: 'https://x/s3cret' } }
    const clean = JSON.stringify(redactStatus(status, (text) => text.replaceAll('s3cret', '***')))
    expect(clean).not.toContain('s3cret')
    expect(clean).toContain('token ***')
  })

  it('moves the time of a condition only with its status', async () => {
    const pass = fresh()
    passOf(pass, { count: 2, step: creating })
    const at = getCondition(pass.draft.conditions ?? [], 'ServerReady')?.lastTransitionTime
    await pass.clock.advance(seconds(60))
    const next = barePass(projectOf({ status: pass.draft }), { clock: pass.clock })
    passOf(next, { count: 2, step: wait('Starting', 'another reason', 1) as Step })
    expect(getCondition(next.draft.conditions ?? [], 'ServerReady')?.lastTransitionTime).toBe(at)
    passOf(next, {})
    expect(getCondition(next.draft.conditions ?? [], 'ServerReady')?.lastTransitionTime).not.toBe(at)
  })
})

function withServer(status: ProjectStatus): ProjectStatus {
  const server = { id: 42, name: 'x', type: 'cx23', location: 'nbg1', image: 'debian-13', state: 'running' }
  return { ...status, server }
}
