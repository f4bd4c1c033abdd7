// From zod to the structural schema that the API server takes. What would be lost or refused on the way is an error here.
import * as z from 'zod'
import { type CelRule, celKey } from './fields.ts'

/** A node of an OpenAPI v3 schema as CustomResourceDefinitions allow it; further keywords pass through. */
export interface StructuralSchema {
  type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  description?: string
  default?: unknown
  format?: string
  enum?: readonly unknown[]
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  maxProperties?: number
  required?: string[]
  properties?: Record<string, StructuralSchema>
  items?: StructuralSchema
  additionalProperties?: StructuralSchema
  [celKey]?: CelRule[]
}

/** The structural schema of an object. Throws one error that lists every place that has no faithful structural form. */
export function structuralSchema(schema: z.ZodObject): StructuralSchema {
  const problems: string[] = []
  const json = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema, path }) => {
      for (const problem of lostInTranslation(zodSchema)) problems.push(`${pointer(path)}: ${problem}`)
      statePatternAsRule(jsonSchema)
    },
  })
  inspect(json, { path: [], inList: false, problems })
  if (problems.length > 0) throw new Error(`Cannot write a structural schema:\n  ${problems.join('\n  ')}`)
  const { $schema: _, ...structural } = json as unknown as StructuralSchema & { $schema?: string }
  return structural
}

/** Zod types with an exact structural counterpart. */
const faithfulTypes = new Set([
  'object',
  'record',
  'array',
  'string',
  'number',
  'boolean',
  'enum',
  'optional',
  'default',
  'prefault',
])

/** Zod checks that become keywords; every other (refine, trim, …) would vanish without a word. */
const faithfulChecks = new Set([
  'min_length',
  'max_length',
  'length_equals',
  'string_format',
  'number_format',
  'greater_than',
  'less_than',
])

function lostInTranslation(schema: z.core.$ZodTypes): string[] {
  const { def } = schema._zod
  const problems: string[] = []
  if (!faithfulTypes.has(def.type)) problems.push(`must not be ${def.type}: it has no structural form; use a CEL rule`)
  for (const check of def.checks ?? []) {
    const { check: name } = check._zod.def
    if (!faithfulChecks.has(name))
      problems.push(`must not use the check "${name}": it vanishes from the schema; use a CEL rule`)
  }
  if (z.globalRegistry.get(schema)?.id !== undefined) problems.push('must not have an id: it becomes a $ref')
  if (def.type === 'record' && !isPlainString(def.keyType)) {
    problems.push('must not restrict its keys by schema: that vanishes; use a CEL rule')
  }
  return problems
}

function isPlainString(schema: z.core.$ZodType): boolean {
  return schema._zod.def.type === 'string' && (schema._zod.def.checks ?? []).length === 0
}

/** Keywords that a CustomResourceDefinition's schema may not hold, or holds without effect. */
const refusedKeywords = [
  '$ref',
  '$defs',
  'anyOf',
  'oneOf',
  'allOf',
  'not',
  'nullable',
  'uniqueItems',
  'patternProperties',
  'propertyNames',
  'const',
]

interface Place {
  path: readonly string[]
  inList: boolean
  problems: string[]
}

type Json = Record<string, unknown>

function inspect(node: Json, place: Place): void {
  const report = (problem: string) => place.problems.push(`${pointer(place.path)}: ${problem}`)
  for (const keyword of refusedKeywords) if (keyword in node) report(`must not use ${keyword}`)
  if (typeof node['type'] !== 'string') report('must have exactly one type')
  if (node['additionalProperties'] === false) report('must not be a strict object')
  if (place.inList && 'default' in node) report('must not have a default inside a list item: it makes lists drift')
  if (typeof node['pattern'] === 'string' && /\(\?[=!<]/.test(node['pattern'])) {
    report('must not look ahead or behind: RE2 cannot')
  }
  for (const bound of missingBounds(node)) report(`must be bounded by ${bound}`)
  for (const { name, child, inList } of children(node)) {
    inspect(child, { ...place, path: [...place.path, name], inList: place.inList || inList })
  }
}

function missingBounds(node: Json): string[] {
  const missing = (...keywords: string[]) => keywords.filter((keyword) => typeof node[keyword] !== 'number')
  switch (node['type']) {
    case 'string':
      return 'enum' in node ? [] : missing('maxLength')
    case 'array':
      return missing('maxItems')
    case 'integer':
    case 'number':
      return [...missing('minimum', 'maximum'), ...implicitBounds(node)]
    case 'object':
      return 'additionalProperties' in node ? missing('maxProperties') : []
    default:
      return []
  }
}

/** z.int() brings the bounds of exact integers by itself; only who says int64 means them. */
function implicitBounds(node: Json): string[] {
  if (node['format'] === 'int64') return []
  const implicit = []
  if (node['minimum'] === Number.MIN_SAFE_INTEGER) implicit.push('minimum')
  if (node['maximum'] === Number.MAX_SAFE_INTEGER) implicit.push('maximum')
  return implicit
}

function children(node: Json): { name: string; child: Json; inList: boolean }[] {
  const found = Object.entries((node['properties'] ?? {}) as Record<string, Json>).map(([name, child]) => ({
    name,
    child,
    inList: false,
  }))
  if (isObject(node['items'])) found.push({ name: '[]', child: node['items'], inList: true })
  if (isObject(node['additionalProperties'])) {
    found.push({ name: '{}', child: node['additionalProperties'], inList: false })
  }
  return found
}

/** Where a CEL rule states the pattern with a sentence, the bare keyword would only add a refusal without one. */
function statePatternAsRule(node: z.core.JSONSchema.BaseSchema): void {
  const rules = (node as Json)[celKey] as CelRule[] | undefined
  if (node.pattern !== undefined && rules?.some(({ rule }) => rule.includes('self.matches('))) delete node.pattern
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}

function pointer(path: readonly (string | number)[]): string {
  const names = path.filter((part) => part !== 'properties')
  return names.length === 0 ? 'root' : names.join('.')
}
