// What must hold of the report whatever the steps answer, in any order of passes.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Condition } from '../../src/api/conditions.ts'
import type { Project, ProjectStatus } from '../../src/api/project.ts'
import { reasons, reconcilingReasons, type StepConditionType, stepConditionTypes } from '../../src/api/reasons.ts'
import { seconds } from '../../src/clock.ts'
import { mergePatch } from '../../src/kube/merge-patch.ts'
import { firstStatus, reportStep, summarize } from '../../src/reconcilers/report.ts'
import { blocked, done, type Step, unobserved, wait } from '../../src/reconcilers/step.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import { barePass } from '../support/passes.ts'
import { projectOf } from '../support/projects.ts'

type Answer = { upTo: number; step: Step | undefined }

const oneOf = (type: StepConditionType, status: 'True' | 'False') =>
  fc.constantFrom(...Object.keys(reasons[type][status]))

/** How far a pass gets, and what the step there answers. */
const answers: fc.Arbitrary<Answer> = fc
  .integer({ min: 0, max: stepConditionTypes.length })
  .chain((upTo): fc.Arbitrary<Answer> => {
    const type = stepConditionTypes[upTo]
    if (type === undefined) return fc.constant({ upTo, step: undefined })
    const reconciling = fc.constantFrom(...(Object.keys(reconcilingReasons) as (keyof typeof reconcilingReasons)[]))
    const message = fc.constantFrom('', 'one', 'two')
    return fc
      .oneof(
        fc.tuple(oneOf(type, 'False'), message).map(([reason, text]) => wait(reason, text, 1)),
        fc.tuple(oneOf(type, 'False'), message).map(([reason, text]) => blocked(reason, text)),
        fc.tuple(reconciling, message).map(([reason, text]) => unobserved(reason, text)),
      )
      .map((step) => ({ upTo, step: step as Step }))
  })

const doneStep = (type: StepConditionType): Step => done(Object.keys(reasons[type].True)[0] ?? '') as Step

function report(project: Project, { upTo, step }: Answer, clock: FakeClock): ProjectStatus {
  const pass = barePass(project, { clock })
  for (const type of stepConditionTypes.slice(0, upTo)) reportStep(pass, type, doneStep(type))
  const at = stepConditionTypes[upTo]
  if (step === undefined || at === undefined) summarize(pass, { kind: 'complete' }, undefined)
  else {
    reportStep(pass, at, step)
    summarize(pass, { kind: 'stopped', at, step }, undefined)
  }
  return pass.draft
}

const find = ({ conditions = [] }: ProjectStatus, type: string): Condition | undefined =>
  conditions.find((condition) => condition.type === type)

/** Runs passes, a second between them, and shows each step from one status to the next. */
async function through(
  sequence: readonly Answer[],
  check: (before: ProjectStatus, after: ProjectStatus, answer: Answer) => void,
): Promise<void> {
  const clock = fakeClock()
  let status = firstStatus(projectOf(), clock.now())
  for (const answer of sequence) {
    await clock.advance(seconds(1))
    const after = report(projectOf({ status }), answer, clock)
    check(status, after, answer)
    status = after
  }
}

const sequences = fc.array(answers, { minLength: 1, maxLength: 6 })
const holds = (check: Parameters<typeof through>[1]) =>
  fc.assert(
    fc.asyncProperty(sequences, (sequence) => through(sequence, check)),
    { numRuns: 60 },
  )

describe('whatever the steps answer', () => {
  it('Reconciling and Stalled are there only while True, and never both', () =>
    holds((_, after) => {
      const progress = ['Reconciling', 'Stalled'].map((type) => find(after, type)).filter((each) => each !== undefined)
      expect(progress.length).toBeLessThanOrEqual(1)
      for (const condition of progress) expect(condition.status).toBe('True')
    }))

  it('Ready is True exactly when all five steps are', () =>
    holds((_, after) => {
      const all = stepConditionTypes.every((type) => find(after, type)?.status === 'True')
      expect(find(after, 'Ready')?.status === 'True').toBe(all)
    }))

  it('Ready repeats the first step that is not True', () =>
    holds((_, after) => {
      const missing = stepConditionTypes.find((type) => find(after, type)?.status !== 'True')
      expect(find(after, 'Ready')?.reason).toBe(missing === undefined ? 'Available' : find(after, missing)?.reason)
    }))

  it('no step is judged behind one that is not True', () =>
    holds((before, after, { step }) => {
      if (step?.kind === 'unobserved') return
      const at = stepConditionTypes.findIndex((type) => find(after, type)?.status !== 'True')
      if (at === -1) return
      for (const type of stepConditionTypes.slice(at + 1)) expect(find(after, type)?.status).toBe('Unknown')
      expect(before).not.toBe(after)
    }))

  it('what could not be observed keeps its value, and so do all later conditions', () =>
    holds((before, after, { step, upTo }) => {
      if (step?.kind !== 'unobserved') return
      for (const type of stepConditionTypes.slice(upTo)) expect(find(after, type)).toEqual(find(before, type))
    }))

  it('times move exactly with the status', () =>
    holds((before, after) => {
      for (const condition of after.conditions ?? []) {
        const previous = find(before, condition.type)
        const moved = condition.lastTransitionTime !== previous?.lastTransitionTime
        expect(moved).toBe(condition.status !== previous?.status)
      }
    }))

  it('the same answer a second time changes nothing, so nothing is written', () =>
    fc.assert(
      fc.asyncProperty(sequences, async (sequence) => {
        const last = sequence.at(-1) as Answer
        // Creating turns to Repairing once: what counts is the second repetition.
        let changes: unknown = 'none'
        await through([...sequence, last, last], (before, after) => {
          changes = mergePatch(before, after)
        })
        expect(changes).toBeUndefined()
      }),
      { numRuns: 60 },
    ))
})
