// Checks answers against the vendor's own API description, as strictly as it can be read. Absent file: nothing to check.

import { existsSync, readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

interface Schema {
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  oneOf?: Schema[]
  enum?: string[]
}

interface Operation {
  responses: Record<string, { content?: { 'application/json'?: { schema: Schema } } }>
}

interface Description {
  paths: Record<string, Record<string, Operation>>
}

const file = new URL('../../../../shared/hcloud-openapi/cloud.spec.json', import.meta.url)

export const hasVendorDescription = existsSync(file)

/** Where the simulator knows better than the description of July 2026. Each line needs a reason. */
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
]

const has = (schema: Schema, name: string): boolean => schema.properties?.[name] !== undefined

function allow(schema: Schema, name: string): void {
  schema.properties = { ...schema.properties, [name]: {} }
}

/** Closes every object, so that a member that the vendor does not name is found. */
function tighten(schema: Schema): Schema {
  for (const exception of exceptions) exception(schema)
  if (schema.properties !== undefined) schema.additionalProperties ??= false
  for (const inner of [...Object.values(schema.properties ?? {}), ...(schema.oneOf ?? [])]) tighten(inner)
  if (schema.items !== undefined) tighten(schema.items)
  return schema
}

export interface Answered {
  method: string
  /** Below `/v1`. */
  path: string
  status: number
  body: unknown
}

/** Says what is wrong with an answer, or nothing. `checked` counts the answers seen by operation. */
export interface AnswerCheck {
  problemOf(answered: Answered): string | undefined
  checked: ReadonlyMap<string, number>
}

export function createAnswerCheck(): AnswerCheck {
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as Description
  const patterns = Object.keys(paths)
    .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }))
    .sort((a, b) => a.path.split('{').length - b.path.split('{').length)
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { decimal: /^-?\d+(\.\d+)?$/ } })
  addFormats.default(ajv)
  const validators = new Map<string, ValidateFunction>()
  const checked = new Map<string, number>()

  function validatorOf(key: string, schema: Schema): ValidateFunction {
    const known = validators.get(key) ?? ajv.compile(tighten(structuredClone(schema)))
    validators.set(key, known)
    return known
  }

  function describedAnswer({
    method,
    path,
    status,
  }: Answered): { key: string; schema: Schema | undefined } | undefined {
    const template = patterns.find(({ pattern }) => pattern.test(path))?.path ?? ''
    const range = status < 300 ? String(status) : `${Math.floor(status / 100)}xx`
    const response = paths[template]?.[method.toLowerCase()]?.responses[range]
    if (response === undefined) return undefined
    return { key: `${method} ${template} ${range}`, schema: response.content?.['application/json']?.schema }
  }

  function problemOf(answered: Answered): string | undefined {
    const described = describedAnswer(answered)
    const { method, path, status, body } = answered
    // Unknown paths and verbs are refused with an error; nothing describes those.
    if (described === undefined) return status >= 400 ? undefined : `${method} ${path} ${status} is not described`
    checked.set(described.key, (checked.get(described.key) ?? 0) + 1)
    return problemOfBody(described, body)
  }

  function problemOfBody(
    { key, schema }: { key: string; schema: Schema | undefined },
    body: unknown,
  ): string | undefined {
    if (schema === undefined) return body === undefined ? undefined : `${key} has a body`
    const validate = validatorOf(key, schema)
    return validate(body) ? undefined : `${key}: ${ajv.errorsText(validate.errors)}`
  }

  return { problemOf, checked }
}
