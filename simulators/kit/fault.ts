// Faults as types and as schema: the kinds of fault-kinds.ts with what selects when each of them hits.

import { z } from 'zod'
import { fields, maybe, the } from './fault-fields.ts'
import { handKinds, moodKinds, requestKinds, watchKinds, worldKinds } from './fault-kinds.ts'

const count = { skip: maybe('skip'), times: maybe('times'), chance: maybe('chance') }
const window = { from: maybe('from'), until: maybe('until') }
const request = { route: the('route'), ...count, ...window }
const matches = { ...count, ...window }
const moment = { from: maybe('from') }
const after = z
  .strictObject({ world: the('world'), route: the('route'), nth: maybe('nth') })
  .meta({ id: 'after', description: fields.after.means })
const start = { after: after.exactOptional() }

type Shape = z.core.$ZodShape
type Kinds = Readonly<Record<string, { means: string; members: Shape }>>
type Values<S extends Shape> = keyof S extends never
  ? unknown
  : z.infer<z.ZodObject<{ -readonly [K in keyof S]: S[K] }, z.core.$strict>>
type FaultOf<K extends Kinds, More extends Shape> = {
  [N in keyof K & string]: { kind: N } & Values<K[N]['members'] & More>
}[keyof K & string]

/** How many of the matches it hits, and which. */
export type Count = Values<typeof count>
/** Seconds on the simulated clock since the fault's time started. */
export type Window = Values<typeof window>
/** The nth request of this route, once it is answered (or has failed), starts the time of a fault. */
export type Start = Values<typeof start>
export type World = z.infer<ReturnType<typeof the<'world'>>>

/** What happens to requests of one world. */
export type Fault = FaultOf<typeof requestKinds, typeof request>
/** The same without what selects it. */
export type FaultKind = FaultOf<typeof requestKinds, Record<never, never>>
export type WorldFault = FaultOf<typeof worldKinds, typeof matches>
/** What happens to watches and lists of the Kubernetes API. */
export type WatchFault = FaultOf<typeof watchKinds, typeof request>
export type Mood = FaultOf<typeof moodKinds, typeof window>
export type HandChange = FaultOf<typeof handKinds, typeof moment>
/** A fault as a plan holds it. */
export type PlannedFault = ((Fault & { world: World }) | WorldFault | WatchFault | Mood | HandChange) & Start

const schemas = (kinds: Kinds, more: Shape): z.ZodObject[] =>
  Object.entries(kinds).map(([kind, { means, members }]) =>
    z.strictObject({ kind: z.literal(kind), ...members, ...more }).describe(means),
  )

const union = (options: readonly z.ZodObject[]): z.ZodType =>
  z.discriminatedUnion('kind', options as unknown as [z.ZodObject, ...z.ZodObject[]])

export const faultSchema = union(schemas(requestKinds, request)) as z.ZodType<Fault>

export const plannedFaultSchema = union([
  ...schemas(requestKinds, { world: the('world'), ...request, ...start }),
  ...schemas(worldKinds, { ...matches, ...start }),
  ...schemas(watchKinds, { ...request, ...start }),
  ...schemas(moodKinds, { ...window, ...start }),
  ...schemas(handKinds, { ...moment, ...start }),
]) as z.ZodType<PlannedFault>
