// Compares our description of the API with the vendor's: all that ours names must exist there and be the same.

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: string[]
  format?: string
  required?: string[]
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  items?: Schema
  oneOf?: Schema[]
}

interface Parameter {
  $ref?: string
  name: string
  in: string
  required?: boolean
  schema: Schema
}

interface Content {
  $ref?: string
  required?: boolean
  content?: { 'application/json'?: { schema: Schema } }
}

export interface Operation {
  parameters?: Parameter[]
  requestBody?: Content
  responses: Record<string, Content>
}

export type PathItem = Record<string, Operation> & { parameters?: Parameter[] }

export interface Description {
  paths: Record<string, PathItem>
  components: Record<string, Record<string, unknown>>
}

export function readDescription(file: URL): Description {
  const text = readFileSync(file, 'utf8')
  return file.pathname.endsWith('.json') ? JSON.parse(text) : parse(text)
}

const methods = ['get', 'post', 'put', 'delete', 'patch']

interface Pair<T> {
  where: string
  ours: T
  theirs: T
}

type Problems = Generator<string, void, undefined>

/** One line for each thing that ours says and the vendor does not. */
export function compareDescriptions(ours: Description, vendor: Description): string[] {
  const problems = Object.keys(ours.paths).flatMap((path) =>
    methods.flatMap((method) => [...createComparison(ours, vendor).operation(path, method)]),
  )
  return [...new Set(problems)]
}

function resolve<T extends { $ref?: string }>(document: Description, node: T): T {
  if (node.$ref === undefined) return node
  const keys = node.$ref.slice(2).split('/')
  const target = keys.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document)
  return resolve(document, target as T)
}

function createComparison(ours: Description, vendor: Description) {
  function* operation(path: string, method: string): Problems {
    const [item, theirItem] = [ours.paths[path], vendor.paths[path]]
    const [mine, theirs] = [item?.[method], theirItem?.[method]]
    if (mine === undefined) return
    const where = `${method.toUpperCase()} ${path}`
    if (theirs === undefined) return yield `${where}: no such operation`
    const parametersOf = (document: Description, one: PathItem | undefined, of: Operation) =>
      [...(one?.parameters ?? []), ...(of.parameters ?? [])].map((parameter) => resolve(document, parameter))
    yield* parameters({ where, ours: parametersOf(ours, item, mine), theirs: parametersOf(vendor, theirItem, theirs) })
    yield* body({ where: `${where} body`, ours: mine.requestBody, theirs: theirs.requestBody })
    for (const [status, response] of Object.entries(mine.responses)) {
      // The vendor writes ranges in lower case, which no generator understands.
      const answer = theirs.responses[status] ?? theirs.responses[status.toLowerCase()]
      yield* body({ where: `${where} ${status}`, ours: response, theirs: answer })
    }
  }

  function* parameters({ where, ours: mine, theirs }: Pair<Parameter[]>): Problems {
    for (const parameter of mine) {
      const at = `${where} parameter ${parameter.name}`
      const other = theirs.find(({ name, in: place }) => name === parameter.name && place === parameter.in)
      if (other === undefined) yield `${at}: unknown`
      else yield* pair({ where: at, ours: parameter, theirs: other })
    }
    const missing = theirs.filter(({ name, required }) => required === true && !mine.some((one) => one.name === name))
    for (const { name } of missing) yield `${where} parameter ${name}: required but missing`
  }

  function* pair({ where, ours: mine, theirs }: Pair<{ required?: boolean; schema: Schema }>): Problems {
    if ((mine.required ?? false) !== (theirs.required ?? false)) yield `${where}: required differs`
    yield* schemas({ where, ours: mine.schema, theirs: theirs.schema })
  }

  function* body({ where, ours: mine, theirs }: Pair<Content | undefined>): Problems {
    const [schema, other] = [contentOf(ours, mine), contentOf(vendor, theirs)]
    if (schema === undefined && other === undefined) {
      if ((mine === undefined) !== (theirs === undefined)) yield `${where}: only one side has it`
    } else if (schema === undefined || other === undefined) yield `${where}: only one side has content`
    else yield* pair({ where, ours: schema, theirs: other })
  }

  function* schemas({ where, ...both }: Pair<Schema>): Problems {
    const [mine, theirs] = [resolve(ours, both.ours), resolve(vendor, both.theirs)]
    const [types, theirTypes] = [typesOf(ours, mine), typesOf(vendor, theirs)]
    for (const type of beyond(types, theirTypes)) yield `${where}: type ${type} unknown`
    if (theirTypes.has('null') && !types.has('null')) yield `${where}: may be null`
    for (const value of beyond(mine.enum, new Set(theirs.enum))) yield `${where}: enum ${value} unknown`
    if (mine.format !== undefined && mine.format !== theirs.format) yield `${where}: format differs`
    yield* properties({ where, ours: mine, theirs })
    yield* inner({ where: `${where}[]`, ours: mine.items, theirs: theirs.items })
    const [values, theirValues] = [asSchema(mine.additionalProperties), asSchema(theirs.additionalProperties)]
    yield* inner({ where: `${where}{}`, ours: values, theirs: theirValues })
  }

  function* properties({ where, ours: mine, theirs }: Pair<Schema>): Problems {
    for (const [name, schema] of Object.entries(mine.properties ?? {})) {
      const at = `${where}.${name}`
      const other = theirs.properties?.[name]
      if (other === undefined) yield `${at}: unknown`
      else {
        const [required, theirRequired] = [mine, theirs].map((one) => one.required?.includes(name) ?? false)
        yield* pair({
          where: at,
          ours: { required: required ?? false, schema },
          theirs: { required: theirRequired ?? false, schema: other },
        })
      }
    }
    // In answers we leave out what we do not read; a request must be whole.
    if (where.includes(' body')) yield* missing({ where, ours: mine, theirs })
  }

  function* missing({ where, ours: mine, theirs }: Pair<Schema>): Problems {
    for (const name of beyond(theirs.required, new Set(Object.keys(mine.properties ?? {})))) {
      yield `${where}.${name}: required but missing`
    }
  }

  function* inner({ where, ours: mine, theirs }: Pair<Schema | undefined>): Problems {
    if (mine !== undefined && theirs === undefined) yield `${where}: unknown`
    if (mine !== undefined && theirs !== undefined) yield* schemas({ where, ours: mine, theirs })
  }

  return { operation }
}

function contentOf(document: Description, node: Content | undefined) {
  const content = node === undefined ? undefined : resolve(document, node)
  const schema = content?.content?.['application/json']?.schema
  return schema === undefined ? undefined : { required: content?.required ?? false, schema }
}

const beyond = (values: Iterable<string> | undefined, known: ReadonlySet<string>): string[] =>
  [...(values ?? [])].filter((value) => !known.has(value))

/** `additionalProperties: true` says nothing about the values. */
const asSchema = (value: boolean | Schema | undefined) => (typeof value === 'object' ? value : undefined)

function typesOf(document: Description, schema: Schema): Set<string> {
  const own = schema.type === undefined ? [] : [schema.type].flat()
  const alternatives = (schema.oneOf ?? []).flatMap((one) => [...typesOf(document, resolve(document, one))])
  return new Set([...own, ...alternatives])
}
