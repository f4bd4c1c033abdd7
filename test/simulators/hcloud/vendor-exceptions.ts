// Where the simulator knows better than the vendor's description of July 2026, and closing of its schemas for the rest.

export interface Schema {
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  oneOf?: Schema[]
  enum?: (string | null)[]
}

/** Each line needs a reason. */
const exceptions: ((schema: Schema) => void)[] = [
  // The old member of server types and images went away on 2 November 2026.
  (schema) => {
    const isOld = has(schema, 'cores') || has(schema, 'os_flavor')
    if (isOld) schema.required = schema.required?.filter((name) => name !== 'deprecated') ?? []
  },
  // Images got `deprecation` instead, in September 2026.
  (schema) => {
    if (has(schema, 'os_flavor')) allow(schema, 'deprecation')
  },
  // `unassigned` is the type of a free Primary IP's assignee since 1 August 2026.
  (schema) => schema.properties?.['assignee_type']?.enum?.push('unassigned'),
  // The batch of actions is paged like every list; the description leaves that out.
  (schema) => {
    if (has(schema, 'actions') && Object.keys(schema.properties ?? {}).length === 1) allow(schema, 'meta')
  },
  // A type that admits null does so beside an enum too, which the description forgets.
  (schema) => {
    for (const one of Object.values(schema.properties ?? {})) if (one.type?.includes('null')) one.enum?.push(null)
  },
  // References by id or by name are described as strings; the vendor's own clients send numbers as well.
  (schema) => {
    for (const name of ['server_type', 'image', 'location', 'iso']) alsoNumber(schema.properties?.[name])
    alsoNumber(schema.properties?.['ssh_keys']?.items)
  },
]

const has = (schema: Schema, name: string): boolean => schema.properties?.[name] !== undefined

function allow(schema: Schema, name: string): void {
  schema.properties = { ...schema.properties, [name]: {} }
}

function alsoNumber(schema: Schema | undefined): void {
  if (schema?.type === 'string') schema.type = ['string', 'integer']
}

/** Query parameters that the vendor's own clients send although nothing describes them. */
const undocumented: Readonly<Record<string, readonly string[]>> = {
  // The batch poll pages and sorts.
  'GET /actions': ['page', 'per_page', 'sort', 'status'],
  // The command line program sorts every list in the same way.
  'GET /server_types': ['sort'],
}

export const undocumentedQuery = (operation: string, name: string): boolean =>
  undocumented[operation]?.includes(name) ?? false

/** A copy in which every object is closed, so that a member that the vendor does not name is found. */
export const tightened = (schema: Schema): Schema => tighten(structuredClone(schema))

function tighten(schema: Schema): Schema {
  for (const exception of exceptions) exception(schema)
  if (schema.properties !== undefined) schema.additionalProperties ??= false
  for (const inner of [...Object.values(schema.properties ?? {}), ...(schema.oneOf ?? [])]) tighten(inner)
  if (schema.items !== undefined) tighten(schema.items)
  return schema
}
