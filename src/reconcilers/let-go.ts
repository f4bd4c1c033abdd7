// The end of a deletion, in steps that a crash cannot lose: what is outside is gone, so `cleanup` comes off; the escrow goes,
// so `escrow` comes off. Whoever finds the second finalizer alone need not prove anything again, and could not.

import { ESCROW_FINALIZER, FINALIZER, FINALIZERS, type Project } from '../api/project.ts'
import type { DeletionProgress } from './deletion-report.ts'
import { removeEscrow } from './escrow.ts'
import type { Pass } from './pass.ts'

const finalizersOf = ({ metadata }: Project): readonly string[] => metadata.finalizers ?? []

/** Nothing is left outside; only the escrow may still be there. */
export const isReleased = (project: Project): boolean => !finalizersOf(project).includes(FINALIZER)

export async function letGo(pass: Pass): Promise<DeletionProgress> {
  if (finalizersOf(pass.project).includes(ESCROW_FINALIZER)) await takeOff(pass, FINALIZER)
  // The escrow is the last thing that could still finish a deletion.
  await removeEscrow(pass, pass.project.metadata.uid)
  await takeOff(pass, ...FINALIZERS)
  return { kind: 'gone' }
}

async function takeOff(pass: Pass, ...ours: readonly string[]): Promise<void> {
  const { project, deps, signal } = pass
  const held = finalizersOf(project)
  const left = held.filter((each) => !ours.includes(each))
  if (left.length === held.length) return
  const { metadata } = await deps.projects.setFinalizers(project, left, signal)
  pass.project = { ...project, metadata }
}
