// The generator throws on whatever zod would drop without a word and whatever the API server would refuse.
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { projectDefinition } from '../../src/api/crd.ts'
import { text } from '../../src/api/fields.ts'
import { structuralSchema } from '../../src/api/structural-schema.ts'

const bounded = () => z.string().max(10)

describe('structuralSchema throws on', () => {
  it.each<[what: string, field: z.ZodType, text: string]>([
    ['a union', z.union([bounded(), z.boolean()]), 'field: must not be union'],
    ['a discriminated union', z.discriminatedUnion('t', [z.object({ t: z.literal('a') })]), 'must not be union'],
    ['an intersection', z.intersection(z.object({}), z.object({})), 'must not be intersection'],
    ['a nullable', bounded().nullable(), 'field: must not be nullable'],
    ['a literal', z.literal('a'), 'field: must not be literal'],
    ['a strict object', z.strictObject({}), 'field: must not be a strict object'],
    ['a transformation', bounded().transform(Number), 'must not be pipe'],
    ['a refinement', bounded().refine((value) => value !== ''), 'must not use the check "custom"'],
    ['a refinement of an object', z.object({}).refine(() => true), 'must not use the check "custom"'],
    ['a trimmed text', bounded().trim(), 'must not use the check "overwrite"'],
    ['any', z.any(), 'must not be any'],
    ['an id', bounded().meta({ id: 'shared' }), 'must not have an id'],
    ['a recursive type', recursive(), 'must not be lazy'],
    ['a look-ahead', bounded().regex(/^(?!a)b$/), 'must not look ahead or behind'],
    ['a look-behind', bounded().regex(/(?<=a)b/), 'must not look ahead or behind'],
    ['a text without maximum', z.string(), 'field: must be bounded by maxLength'],
    ['a list without maximum', z.array(bounded()), 'field: must be bounded by maxItems'],
    ['a list of texts without maximum', z.array(z.string()).max(3), 'field.[]: must be bounded by maxLength'],
    ['a map without maximum', z.record(z.string(), bounded()), 'field: must be bounded by maxProperties'],
    [
      'a map of unbounded texts',
      z.record(z.string(), z.string()).meta({ maxProperties: 1 }),
      'field.{}: must be bounded',
    ],
    [
      'a map with restricted keys',
      z.record(z.string().max(3), bounded()).meta({ maxProperties: 1 }),
      'restrict its keys',
    ],
    ['a number without maximum', z.number().min(1), 'field: must be bounded by maximum'],
    ['a number without minimum', z.number().max(1), 'field: must be bounded by minimum'],
    ['an integer without maximum', z.int().min(1), 'field: must be bounded by maximum'],
    ['an integer without minimum', z.int().max(1), 'field: must be bounded by minimum'],
    [
      'a default in a list item',
      z.array(z.object({ a: bounded().default('b') })).max(3),
      'field.[].a: must not have a default',
    ],
    ['uniqueItems', z.array(bounded()).max(3).meta({ uniqueItems: true }), 'must not use uniqueItems'],
    ['a hidden anyOf', bounded().meta({ anyOf: [] }), 'must not use anyOf'],
    ['a hidden nullable', bounded().meta({ nullable: true }), 'must not use nullable'],
  ])('%s', (_, field, message) => {
    expect(() => structuralSchema(z.object({ field }))).toThrow(message)
    expect(() => structuralSchema(z.object({ outer: z.object({ field }) }))).toThrow(/outer\.field/)
  })

  it('every problem at once, with its place', () => {
    const schema = z.object({ a: z.string(), b: z.object({ c: bounded().nullable() }) })
    expect(() => structuralSchema(schema)).toThrow('a: must be bounded by maxLength')
    expect(() => structuralSchema(schema)).toThrow('b.c: must not be nullable')
  })
})

describe('structuralSchema', () => {
  it('keeps defaults of objects, of members and of lists, and leaves what has one out of required', () => {
    const schema = z.object({
      outer: z.object({ inner: bounded().default('a') }).prefault({}),
      list: z.array(bounded()).max(3).default(['a']),
      must: bounded(),
    })
    expect(structuralSchema(schema)).toEqual({
      type: 'object',
      required: ['must'],
      properties: {
        outer: { type: 'object', default: {}, properties: { inner: { type: 'string', maxLength: 10, default: 'a' } } },
        list: { type: 'array', maxItems: 3, default: ['a'], items: { type: 'string', maxLength: 10 } },
        must: { type: 'string', maxLength: 10 },
      },
    })
  })

  it('states the syntax of a text as a rule with a sentence, in place of a bare pattern', () => {
    const path = text({ max: 9, pattern: /^\/[a-z.]+$/, must: 'must be a path', extra: 'self != r"/."' })
    expect(structuralSchema(z.object({ path })).properties).toEqual({
      path: {
        type: 'string',
        minLength: 1,
        maxLength: 9,
        'x-kubernetes-validations': [
          { rule: 'self.matches(r\'^/[a-z.]+$\') && self != r"/."', message: 'must be a path' },
        ],
      },
    })
    expect(path.safeParse('no').error?.issues[0]?.message).toBe('must be a path')
  })
})

describe('projectDefinition', () => {
  it('is the same every time', () => {
    expect(JSON.stringify(projectDefinition())).toBe(JSON.stringify(projectDefinition()))
  })
})

function recursive(): z.ZodType {
  const node: z.ZodType = z.object({ next: z.lazy(() => node).optional() })
  return node
}

describe('the CRD', () => {
  it('marks conditions as a map by their type, so that who applies one leaves the others', () => {
    const versions = projectDefinition().spec.versions as { schema: { openAPIV3Schema: { properties?: object } } }[]
    const [properties] = versions.map(({ schema }) => schema.openAPIV3Schema.properties)
    const { status } = properties as { status: { properties: object } }
    expect(status.properties).toMatchObject({
      conditions: { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
    })
  })
})
