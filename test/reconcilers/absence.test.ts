import { describe, expect, it } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { drainLeft } from '../../src/reconcilers/absence.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { barePass } from '../support/passes.ts'
import { projectOf } from '../support/projects.ts'

const project = projectOf()

/** What is left `at` seconds after the process began, with an unanswered create at `unknownAt` seconds. */
async function leftAt({ at, unknownAt, drain = 10 }: { at: number; unknownAt?: number; drain?: number }) {
  const clock = fakeClock()
  await clock.advance(seconds(100))
  const pass = barePass(project, { clock, settings: { drain: seconds(drain) } })
  if (unknownAt !== undefined) pass.deps.memory.of(project.metadata.uid).unknownCreateAt = seconds(100 + unknownAt)
  await clock.advance(seconds(at))
  return drainLeft(pass) / seconds(1)
}

describe('drainLeft', () => {
  it.each([
    { name: 'is the whole time at the start of the process', given: { at: 0 }, want: 10 },
    { name: 'runs down', given: { at: 4 }, want: 6 },
    { name: 'ends', given: { at: 10 }, want: 0 },
    { name: 'stays at an end', given: { at: 1_000 }, want: 0 },
    { name: 'begins anew with a create that nobody answered', given: { at: 60, unknownAt: 55 }, want: 5 },
    { name: 'ends after that, too', given: { at: 65, unknownAt: 55 }, want: 0 },
    { name: 'is the longer of both', given: { at: 3, unknownAt: 1 }, want: 8 },
    { name: 'is as long as it is set', given: { at: 3, drain: 25 }, want: 22 },
  ])('$name', async ({ given, want }) => expect(await leftAt(given)).toBe(want))
})
