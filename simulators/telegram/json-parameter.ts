// Parameters that hold JSON, and what the Bot API says when they do not hold what they should.

import { badRequest } from './bot-api-error.ts'

/** Throws BotApiError 400 `can't parse WHAT JSON object`. */
export function parseJSON(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest(`can't parse ${what} JSON object`)
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A number counts as text. Throws BotApiError 400 that begins with `what`, where a method puts something in front. */
export function requiredText(object: Readonly<Record<string, unknown>>, name: string, what?: string): string {
  const value = object[name]
  const before = (problem: string): string =>
    what === undefined ? problem.charAt(0).toLowerCase() + problem.slice(1) : `${what}: ${problem}`
  if (value === undefined) throw badRequest(before(`Can't find field "${name}"`))
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  throw badRequest(before(`Field "${name}" must be of type String`))
}
