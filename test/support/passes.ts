// A pass without a world, for code that needs only its project, its draft and a clock.

import type { Project } from '../../src/api/project.ts'
import type { ProjectDeps } from '../../src/reconcilers/deps.ts'
import { createMemory } from '../../src/reconcilers/memory.ts'
import type { Pass } from '../../src/reconcilers/pass.ts'
import { type FakeClock, fakeClock } from './fake-clock.ts'
import { usualIntervals } from './usual-intervals.ts'

export interface BarePass extends Pass {
  readonly clock: FakeClock
}

/** Providers and cluster are absent: code that asks them fails the test. */
export function barePass(
  project: Project,
  { clock = fakeClock(), settings = {} }: { clock?: FakeClock; settings?: Partial<ProjectDeps['settings']> } = {},
): BarePass {
  const deps = {
    clock,
    random: () => 0.5,
    memory: createMemory({ redactor: { remember: () => {}, forget: () => {} } }),
    settings: { escrow: true, drain: 10_000, startedAt: clock.monotonic(), intervals: usualIntervals, ...settings },
  } as unknown as ProjectDeps
  const draft = structuredClone(project.status ?? { observedGeneration: project.metadata.generation })
  return { project, draft, deps, clock, signal: new AbortController().signal }
}
