// The annotation by which a person, or Flux, asks for a pass now: everything is then looked at live.

import { clip } from '../api/conditions.ts'
import { ANNOTATIONS, type Project } from '../api/project.ts'

/** The value of the annotation that asks for a pass, as long as the status can echo it: ours, else Flux's. */
export function requestedAt({ metadata }: Project): string | undefined {
  const value =
    metadata.annotations?.[ANNOTATIONS.reconcileRequestedAt] ??
    metadata.annotations?.[ANNOTATIONS.fluxReconcileRequestedAt]
  return value === undefined ? undefined : clip(value, longestEcho)
}

/** What status.lastHandledReconcileAt takes, in characters. */
const longestEcho = 64

/** Somebody has asked, and no pass has answered yet. */
export function isRequested(project: Project): boolean {
  const requested = requestedAt(project)
  return requested !== undefined && requested !== project.status?.lastHandledReconcileAt
}
