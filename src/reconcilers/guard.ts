// The guard: no effect before the finalizer is on (R6) and the tokens are in escrow. Owns no condition; writes to the cluster alone.

import { FINALIZER, FINALIZERS } from '../api/project.ts'
import { isSameEscrow, readEscrow, writeEscrow } from './escrow.ts'
import { accessOf, type EscrowContent, type Pass } from './pass.ts'

/** What the pass goes on with is what the API server has answered: a Project deleted meanwhile is a Conflict, which ends the pass. */
export async function guard(pass: Pass): Promise<void> {
  await keepFinalizer(pass)
  await keepTokens(pass)
}

async function keepFinalizer(pass: Pass): Promise<void> {
  const { project, deps, signal } = pass
  const finalizers = project.metadata.finalizers ?? []
  const wanted = deps.settings.escrow ? FINALIZERS : [FINALIZER]
  const missing = wanted.filter((each) => !finalizers.includes(each))
  if (missing.length > 0) {
    const { metadata } = await deps.projects.setFinalizers(project, [...finalizers, ...missing], signal)
    pass.project = { ...project, metadata }
  }
}

/** Only tokens that the credentials step has just verified get here, so a bad Secret never replaces a good escrow. */
async function keepTokens(pass: Pass): Promise<void> {
  pass.escrow = await readEscrow(pass)
  if (!pass.deps.settings.escrow) return
  const { tokens } = accessOf(pass)
  const wanted: EscrowContent = {
    ...pass.escrow,
    hetznerToken: tokens.hetzner,
    ...(tokens.telegram !== undefined && { telegramToken: tokens.telegram }),
  }
  if (!isSameEscrow(pass.escrow, wanted)) await writeEscrow(pass, wanted)
}
