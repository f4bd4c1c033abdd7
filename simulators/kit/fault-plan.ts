// A fault plan is a JSON document. Reads one, with a clear line for each mistake, and gives its JSON Schema.

import { z } from 'zod'
import { type Fault, faultSchema, type PlannedFault, plannedFaultSchema, type World } from './fault.ts'
import { fields } from './fault-fields.ts'
import { handKinds, moodKinds, requestKinds, watchKinds, worldKinds } from './fault-kinds.ts'

/** The same plan and the same requests give the same faults. */
export interface FaultPlan {
  /** Of every `chance`; 1 without it. */
  seed?: number
  /** Their order counts where two match one request. */
  faults: PlannedFault[]
}

export type Parsed<T> = { ok: true; value: T } | { ok: false; problems: string[] }
export type ParsedFaultPlan = { ok: true; plan: FaultPlan } | { ok: false; problems: string[] }

const planSchema = z
  .strictObject({
    $schema: z.string().exactOptional().describe('For editors; not looked at.'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .exactOptional()
      .describe('Draws every chance of the plan; 1 without it.'),
    faults: z.array(plannedFaultSchema).max(1_000).describe('In the order in which they are asked.'),
  })
  .describe('Faults for the simulated Hetzner Cloud, the simulated Telegram and the Kubernetes API.')

/** Takes the text of a plan, or what JSON.parse made of it. Each problem says where, what is wrong and what must hold. */
export function parseFaultPlan(json: unknown): ParsedFaultPlan {
  const raw = typeof json === 'string' ? parseJSON(json) : { value: json }
  if ('problem' in raw) return { ok: false, problems: [raw.problem] }
  const parsed = planSchema.safeParse(raw.value)
  if (!parsed.success) return { ok: false, problems: problemsOf(parsed.error, 'the plan') }
  const problems = parsed.data.faults.flatMap((fault, index) => contradictions(fault, `faults[${index}]`))
  if (problems.length > 0) return { ok: false, problems }
  const { seed, faults } = parsed.data
  return { ok: true, plan: { ...(seed !== undefined && { seed }), faults } }
}

/** One fault for the requests of one world. */
export function parseFault(json: unknown): Parsed<Fault> {
  const parsed = faultSchema.safeParse(json)
  if (!parsed.success) return { ok: false, problems: problemsOf(parsed.error, 'the fault') }
  const problems = contradictions(parsed.data, 'the fault')
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: parsed.data }
}

/** One fault of a plan; where its kind needs a world and it names none, it means the given one. */
export function parsePlannedFault(json: unknown, world: World): Parsed<PlannedFault> {
  const isOfRequests = typeof json === 'object' && json !== null && 'kind' in json && String(json.kind) in requestKinds
  const parsed = plannedFaultSchema.safeParse(isOfRequests ? { world, ...json } : json)
  if (!parsed.success) return { ok: false, problems: problemsOf(parsed.error, 'the fault') }
  const problems = contradictions(parsed.data, 'the fault')
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: parsed.data }
}

/** Draft 2020-12, for editors and other programs. */
export const faultPlanSchema = (): object => z.toJSONSchema(planSchema, { io: 'input' })

function parseJSON(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { problem: `the plan must be JSON: ${(error as Error).message}` }
  }
}

/** What no schema of one member can say. */
function contradictions(fault: object, where: string): string[] {
  const { kind, from = 0, until } = fault as { kind: string; from?: number; until?: number }
  const problems: string[] = []
  if (until !== undefined && until <= from) {
    problems.push(`${where}.until must be later than its beginning, ${from} s: it is ${until}`)
  }
  if (kind.startsWith('change') && kind !== 'changeWebhook' && !('name' in fault || 'labels' in fault)) {
    problems.push(`${where} changes nothing: give a name or labels`)
  }
  return problems
}

/** Every kind, in the order of the documentation. */
export const kindNames = [requestKinds, worldKinds, watchKinds, moodKinds, handKinds].flatMap((kinds) =>
  Object.keys(kinds),
)

function problemsOf(error: z.ZodError, whole: string): string[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const place = placeOf(issue.path, whole)
      return issue.keys.map((key) => `${place} knows no member '${key}': correct its name or take it out`)
    }
    const path = upToKnown(issue.path)
    return [`${placeOf(path, whole)} must be ${mustOf(path, whole)}`]
  })
}

function placeOf(path: readonly PropertyKey[], whole: string): string {
  if (path.length === 0) return whole
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')
}

const musts: Readonly<Record<string, string>> = {
  $schema: 'a text',
  seed: 'a whole number from 0 to 4294967295',
  faults: 'a list of at most 1000 faults',
  kind: `one of ${kindNames.join(', ')}`,
  ...Object.fromEntries(Object.entries(fields).map(([name, { must }]) => [name, must])),
}

/** What is within a label, a header or an error is told as a mistake of the whole; what is within `after`, is not. */
function upToKnown(path: readonly PropertyKey[]): readonly PropertyKey[] {
  const member = path.findIndex((step, index) => isMember(step) && !(step === 'after' && index + 1 < path.length))
  return member === -1 ? path : path.slice(0, member + 1)
}

const isMember = (step: PropertyKey): boolean =>
  typeof step === 'string' && step !== 'faults' && Object.hasOwn(musts, step)

function mustOf(path: readonly PropertyKey[], whole: string): string {
  const last = path.at(-1)
  if (typeof last === 'string') return musts[last] ?? 'of another type'
  if (typeof last === 'number') return 'an object with a kind'
  return whole === 'the plan' ? 'an object with a list of faults' : 'an object with a kind'
}
