// Checks requests and answers against the vendor's own API description, as strictly as it can be read. Absent file:
// nothing to check.

import { existsSync, readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { type Schema, tightened, undocumentedQuery } from './vendor-exceptions.ts'

interface Content {
  content?: { 'application/json'?: { schema: Schema } }
}

interface Operation {
  parameters?: { in: string; name: string }[]
  requestBody?: Content
  responses: Record<string, Content>
}

type Paths = Record<string, Record<string, Operation>>

const file = new URL('../../../../shared/hcloud-openapi/cloud.spec.json', import.meta.url)

export const hasVendorDescription = existsSync(file)

export interface Exchange {
  method: string
  /** Below `/v1`; may have a query. */
  path: string
  /** What was sent, parsed; absent when nothing was, or when it is not to be checked. */
  sent?: unknown
  status: number
  /** Parsed; `undefined` for an empty answer. */
  body: unknown
}

/** Says what is wrong with an exchange, or nothing. */
export interface AnswerCheck {
  /** The answer; and the request too when it was accepted, for then it must be one that the vendor describes. */
  problemOf(exchange: Exchange): string | undefined
  /** How many answers were checked by operation and status, for instance `GET /servers/{id} 200`. */
  checked: ReadonlyMap<string, number>
}

/** Throws where the description is absent: ask `hasVendorDescription` first. */
export function createAnswerCheck(): AnswerCheck {
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as { paths: Paths }
  const find = createFinder(paths)
  const problemWith = createSchemaCheck()
  const checked = new Map<string, number>()

  function problemOfAnswer(found: Found, { status, body }: Exchange): string | undefined {
    const range = status < 300 ? String(status) : `${Math.floor(status / 100)}xx`
    const response = found.operation.responses[range]
    const key = `${found.key} ${range}`
    if (response === undefined) return `${key} is not described`
    checked.set(key, (checked.get(key) ?? 0) + 1)
    const schema = response.content?.['application/json']?.schema
    if (schema === undefined) return body === undefined ? undefined : `${key} has a body`
    return problemWith(schema, { key, value: body })
  }

  function problemOfRequest({ key, operation }: Found, { path, sent }: Exchange): string | undefined {
    const described = operation.parameters?.map(({ name }) => name) ?? []
    const query = new URLSearchParams(path.split('?')[1])
    const stray = [...query.keys()].find((name) => !described.includes(name) && !undocumentedQuery(key, name))
    if (stray !== undefined) return `${key} has no query parameter ${stray}`
    const schema = operation.requestBody?.content?.['application/json']?.schema
    if (sent === undefined || schema === undefined) return undefined
    return problemWith(schema, { key: `${key} request`, value: sent })
  }

  return {
    checked,
    problemOf(exchange) {
      const found = find(exchange)
      // Unknown paths and verbs are refused with an error; nothing describes those.
      if (found === undefined) {
        return exchange.status >= 400 ? undefined : `${exchange.method} ${exchange.path} is not described`
      }
      const problem = problemOfAnswer(found, exchange)
      return problem ?? (exchange.status < 300 ? problemOfRequest(found, exchange) : undefined)
    },
  }
}

interface Found {
  /** Method and path template. */
  key: string
  operation: Operation
}

function createFinder(paths: Paths): (of: Exchange) => Found | undefined {
  const patterns = Object.entries(paths)
    .map(([template, methods]) => ({
      template,
      methods,
      pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    }))
    .sort((a, b) => a.template.split('{').length - b.template.split('{').length)
  return ({ method, path }) => {
    const bare = path.split('?')[0] ?? ''
    const one = patterns.find(({ pattern }) => pattern.test(bare))
    const operation = one?.methods[method.toLowerCase()]
    return one && operation && { key: `${method} ${one.template}`, operation }
  }
}

function createSchemaCheck(): (schema: Schema, of: { key: string; value: unknown }) => string | undefined {
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { decimal: /^-?\d+(\.\d+)?$/ } })
  addFormats.default(ajv)
  const validators = new Map<string, ValidateFunction>()
  return (schema, { key, value }) => {
    const validate = validators.get(key) ?? ajv.compile(tightened(schema))
    validators.set(key, validate)
    return validate(value) ? undefined : `${key}: ${ajv.errorsText(validate.errors)}`
  }
}

let shared: AnswerCheck | undefined

/**
 * Says what is wrong with an exchange between any client and anything that plays Hetzner, for instance one line of a
 * recorded run. `undefined`: nothing, or the vendor's description is not at hand.
 */
export function validateAnswer(exchange: Exchange): string | undefined {
  if (!hasVendorDescription) return undefined
  shared ??= createAnswerCheck()
  return shared.problemOf(exchange)
}
