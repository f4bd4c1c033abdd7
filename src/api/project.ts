// What a Project is: its names in Kubernetes, its type, and how one is read from what the API server sends.
import * as z from 'zod'
import { cel } from './fields.ts'
import { projectSpecSchema } from './spec.ts'
import { projectStatusSchema } from './status.ts'
import { projectRules } from './transitions.ts'

export const GROUP = 'botyard.dev'
export const VERSION = 'v1alpha1'
export const API_VERSION = `${GROUP}/${VERSION}`
export const KIND = 'Project'
export const PLURAL = 'projects'

/** Keeps a Project until nothing of it is left at Hetzner and Telegram. Must never change. */
export const FINALIZER = `${GROUP}/cleanup`
/** The Secret in the operator's namespace that a deletion needs; it goes after all the rest. */
export const ESCROW_FINALIZER = `${GROUP}/escrow`
/** All of ours. */
export const FINALIZERS: readonly string[] = [FINALIZER, ESCROW_FINALIZER]

export const ANNOTATIONS = {
  /** Reconcile now; the value is echoed in status.lastHandledReconcileAt. */
  reconcileRequestedAt: `${GROUP}/reconcile-requested-at`,
  /** Flux's own way to ask for the same. */
  fluxReconcileRequestedAt: 'reconcile.fluxcd.io/requestedAt',
  /** The uid of an earlier incarnation whose address is to be taken over, or `ignore`. */
  adopt: `${GROUP}/adopt`,
  /** `true`: on deletion, give up what cannot be cleaned. */
  abandon: `${GROUP}/abandon`,
} as const

/** The part of Kubernetes' ObjectMeta that the operator reads; the rest is dropped on the way in. */
const objectMetaSchema = z.object({
  name: z.string(),
  namespace: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.int(),
  creationTimestamp: z.string(),
  deletionTimestamp: z.string().optional(),
  finalizers: z.array(z.string()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
})

/** What the CRD is generated from: the members that are ours to describe. */
export const projectSchema = z
  .object({ spec: projectSpecSchema, status: projectStatusSchema.optional() })
  .meta(cel(...projectRules))
  .describe(
    'Project is the home of one Telegram bot: a Hetzner Cloud server with a stable IPv4, and the webhook that points to it.',
  )

const storedProjectSchema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal(KIND),
  metadata: objectMetaSchema,
  ...projectSchema.shape,
})

export type ObjectMeta = z.infer<typeof objectMetaSchema>

/** spec with every default applied. */
export type ProjectSpec = z.infer<typeof projectSpecSchema>

export type ProjectStatus = z.infer<typeof projectStatusSchema>

export type Project = z.infer<typeof storedProjectSchema>

export type ParsedProject = { ok: true; project: Project } | { ok: false; problems: string[] }

/**
 * A Project from what the API server sent: defaults applied, fields of other versions dropped.
 * The API server has checked it already, perhaps under another version of the schema; what does not fit is told as problems ("spec.server.types: …"), never thrown.
 */
export function parseProject(raw: unknown): ParsedProject {
  const result = storedProjectSchema.safeParse(raw)
  if (result.success) return { ok: true, project: result.data }
  return {
    ok: false,
    problems: result.error.issues.map((issue) => `${issue.path.join('.') || 'object'}: ${issue.message}`),
  }
}
