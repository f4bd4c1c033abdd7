// The annotation by which a person, or Flux, asks for a pass now: everything is then looked at live.

import { ANNOTATIONS, type Project } from '../api/project.ts'

/** The value of the annotation that asks for a pass: ours, else Flux's. */
export function requestedAt({ metadata }: Project): string | undefined {
  return (
    metadata.annotations?.[ANNOTATIONS.reconcileRequestedAt] ??
    metadata.annotations?.[ANNOTATIONS.fluxReconcileRequestedAt]
  )
}

/** Somebody has asked, and no pass has answered yet. */
export function isRequested(project: Project): boolean {
  const requested = requestedAt(project)
  return requested !== undefined && requested !== project.status?.lastHandledReconcileAt
}
