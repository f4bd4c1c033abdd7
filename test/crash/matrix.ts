// Every point of a story's undisturbed run, before and after: the operator is killed there, and the world must end the same.

import { nameOf, type Point, type TraceLine } from '../proxy/recorder.ts'
import type { Arena } from './arena.ts'
import { differencesOf, type EndState } from './differences.ts'
import { type Kill, type Run, type RunOptions, runStory } from './run.ts'
import type { Story } from './story.ts'
import { dependsOnTime } from './traces.ts'

export interface Undisturbed {
  trace: readonly TraceLine[]
  end: EndState
  violations: readonly string[]
}

export interface MatrixReport {
  story: string
  plans: number
  /** Plans whose point was never met, in several tries. */
  missed: string[]
  /** The same for calls that time may drop. */
  dropped: string[]
  /** What went wrong: the plan and what was seen. */
  failures: string[]
  seconds: number
}

/** For those who look into a failure: only plans whose name contains this. */
const isWanted = (plan: Kill): boolean => nameOfPlan(plan).includes(process.env['BOTYARD_PLAN'] ?? '')

export const nameOfPlan = ({ when, point }: Kill): string => `${when} ${nameOf(point)}`

/** A point that depends on the moment may be missed once. */
const tries = 3

export async function record(arena: Arena, story: Story): Promise<Undisturbed> {
  const run = await runStory(arena, story)
  if (run.end === undefined) throw new Error(`Cannot end the story ${story.name}: ${JSON.stringify(run.last)}`)
  return { trace: run.trace, end: run.end, violations: run.violations }
}

export const plansOf = (trace: readonly TraceLine[]): Kill[] =>
  trace.flatMap(({ point }) => [
    { point, when: 'before' as const },
    { point, when: 'after' as const },
    ...(isCreate(point) ? [{ point, when: 'late' as const }] : []),
  ])

/** What must not exist twice, and must not come into being after a deletion. */
const isCreate = ({ world, verb, path }: Point): boolean =>
  world === 'hcloud' && verb === 'POST' && !path.includes('/actions/')

export async function runMatrix(
  arena: Arena,
  o: { story: Story; undisturbed: Undisturbed; lanes: number },
): Promise<MatrixReport> {
  const plans = plansOf(o.undisturbed.trace).filter(isWanted)
  const report: MatrixReport = {
    story: o.story.name,
    plans: plans.length,
    missed: [],
    dropped: [],
    failures: [],
    seconds: 0,
  }
  const begun = performance.now()
  const waiting = [...plans]
  const lane = async () => {
    for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift()) await runPlan(plan)
  }

  async function runPlan(plan: Kill): Promise<void> {
    const name = nameOfPlan(plan)
    const run = await untilMet(arena, o.story, { kill: plan }).catch((error: Error) => error)
    if (run instanceof Error) return void report.failures.push(`${name}: ${run.message}`)
    if (!run.killed) (dependsOnTime(plan.point) ? report.dropped : report.missed).push(name)
    for (const problem of problemsOf(o.story, run, o.undisturbed)) report.failures.push(`${name}: ${problem}`)
  }

  await Promise.all(Array.from({ length: o.lanes }, lane))
  report.seconds = (performance.now() - begun) / 1_000
  return report
}

export async function untilMet(arena: Arena, story: Story, options: RunOptions): Promise<Run> {
  for (let count = 1; ; count++) {
    const run = await runStory(arena, story, options)
    if (run.killed || count === tries) return run
  }
}

export function problemsOf(story: Story, run: Run, { end }: Undisturbed): string[] {
  return [...run.violations, ...wrongEnd(story, run, end).map((line) => `the end: ${line}`)]
}

function wrongEnd({ orEnds }: Story, run: Run, expected: EndState): string[] {
  if (run.end === undefined) return [`not reached: ${JSON.stringify(run.last)}`]
  const isAsGood = orEnds !== undefined && differencesOf(orEnds(expected), run.end).length === 0
  return isAsGood ? [] : differencesOf(expected, run.end)
}
