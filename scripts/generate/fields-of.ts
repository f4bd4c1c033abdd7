// The fields of a structural schema as a flat list, in the order in which the schema states them.
import type { StructuralSchema } from '../../src/api/structural-schema.ts'

export interface Field {
  /** `spec.server.types[]` is an item of the list, `spec.server.labels{}` a value of the map. */
  path: string
  type: string
  required: boolean
  /** As JSON without quotes around a text. */
  default: string | undefined
  bounds: string[]
  description: string | undefined
  /** Whether the field holds a value rather than fields. */
  leaf: boolean
}

/** Every field below a schema; items without members of their own are told by the row of their list. */
export function fieldsOf(schema: StructuralSchema, path: string): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const childPath = `${path}.${name}`
    const field = describe(child, childPath, schema.required?.includes(name) ?? false)
    const members =
      child.items?.properties === undefined ? fieldsOf(child, childPath) : fieldsOf(child.items, `${childPath}[]`)
    return [field, ...members]
  })
}

function describe(schema: StructuralSchema, path: string, required: boolean): Field {
  return {
    path,
    type: typeOf(schema),
    required,
    default: schema.default === undefined ? undefined : plain(schema.default),
    bounds: boundsOf(schema),
    description: schema.description,
    leaf: schema.properties === undefined && schema.items?.properties === undefined,
  }
}

function typeOf(schema: StructuralSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${plain(value)}\``).join(' | ')
  if (schema.items !== undefined) return `list of ${schema.items.type}`
  if (schema.additionalProperties !== undefined) return `map of ${schema.additionalProperties.type}`
  return schema.format === undefined || schema.format === 'int64' ? schema.type : `${schema.type} (${schema.format})`
}

function boundsOf(schema: StructuralSchema): string[] {
  const bounds = [...sizeOf(schema), ...rulesOf(schema)]
  const { items, additionalProperties: values } = schema
  if (items !== undefined && items.properties === undefined)
    bounds.push(...boundsOf(items).map((bound) => `each ${bound}`))
  if (values !== undefined) bounds.push(...boundsOf(values).map((bound) => `each value ${bound}`))
  return bounds
}

function sizeOf(schema: StructuralSchema): string[] {
  const sizes = [
    range(schema.minLength, schema.maxLength, 'characters'),
    range(schema.minItems, schema.maxItems, 'entries'),
    range(undefined, schema.maxProperties, 'entries'),
    range(schema.minimum, schema.maximum, ''),
  ]
  return sizes.filter((size) => size !== undefined)
}

function range(least: number | undefined, most: number | undefined, unit: string): string | undefined {
  if (least === undefined && most === undefined) return undefined
  if (least === undefined || least === 0) return `at most ${most} ${unit}`.trim()
  return `${least} to ${most} ${unit}`.trim()
}

const rulesOf = (schema: StructuralSchema) => (schema['x-kubernetes-validations'] ?? []).map(({ message }) => message)

const plain = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
