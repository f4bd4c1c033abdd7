// The guard: no effect before the finalizer is on (R6) and the tokens are in escrow. Owns no condition; one write to the cluster a pass.

import { FINALIZER } from '../api/project.ts'
import { isSameEscrow, readEscrow, writeEscrow } from './escrow.ts'
import { accessOf, type EscrowContent, type Pass } from './pass.ts'
import type { Guard } from './step.ts'

export const guard: Guard = async (pass) => {
  const { project, deps, signal } = pass
  const finalizers = project.metadata.finalizers ?? []
  if (!finalizers.includes(FINALIZER)) {
    const { metadata } = await deps.projects.setFinalizers(project, [...finalizers, FINALIZER], signal)
    pass.project = { ...project, metadata }
    return 'again'
  }
  return keepTokens(pass)
}

/** Only tokens that the credentials step has just verified get here, so a bad Secret never replaces a good escrow. */
async function keepTokens(pass: Pass): Promise<'pass' | 'again'> {
  pass.escrow = await readEscrow(pass)
  if (!pass.deps.settings.escrow) return 'pass'
  const { tokens } = accessOf(pass)
  const wanted: EscrowContent = {
    ...pass.escrow,
    hetznerToken: tokens.hetzner,
    ...(tokens.telegram !== undefined && { telegramToken: tokens.telegram }),
  }
  if (isSameEscrow(pass.escrow, wanted)) return 'pass'
  await writeEscrow(pass, wanted)
  return 'again'
}
