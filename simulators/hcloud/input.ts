// Strict reading of request bodies: unknown members, wrong types and bad labels are refused field by field.

import { z } from 'zod'
import { ApiFailure, type InvalidField, invalidFields, notFound } from './errors.ts'
import { problemOfLabels } from './labels.ts'

export const idOrName = z.union([z.string().min(1), z.int().positive()])
export const id = z.int().positive().max(Number.MAX_SAFE_INTEGER)

export const labels = z.record(z.string(), z.string()).superRefine((value, context) => {
  const problem = problemOfLabels(value)
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
})

/** A host name of RFC 1123. */
export const hostname = z
  .string()
  .max(253, 'must be a valid hostname')
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/i, 'must be a valid hostname')

/** Throws 400 `json_error` without a body, 422 `invalid_input` with one entry in `details.fields` a field. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  if (body === undefined) throw jsonError()
  const result = schema.safeParse(body)
  if (result.success) return result.data
  throw invalidFields(fieldsOf(result.error.issues, body))
}

export const jsonError = (): ApiFailure =>
  new ApiFailure({ status: 400, code: 'json_error', message: 'could not decode JSON', details: {} })

function fieldsOf(issues: readonly z.core.$ZodIssue[], body: unknown): InvalidField[] {
  const fields = new Map<string, string[]>()
  const add = (path: readonly PropertyKey[], message: string) => {
    const name = path.map(String).join('.')
    fields.set(name, [...(fields.get(name) ?? []), message])
  }
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) add([...issue.path, key], 'unknown field')
    else add(issue.path, valueAt(body, issue.path) === undefined ? 'missing data for required field' : issue.message)
  }
  return [...fields].map(([name, messages]) => ({ name, messages }))
}

const valueAt = (body: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], body)

/** The object that an id in the path names; an id that is no number names nothing. */
export function findByParam<T>(objects: ReadonlyMap<number, T>, on: { what: string; id: string | undefined }): T {
  const object = /^\d+$/.test(on.id ?? '') ? objects.get(Number(on.id)) : undefined
  if (object === undefined) throw notFound(on.what, on.id ?? '')
  return object
}

/** Numbers and numeric strings are ids first; then the name is looked for. */
export function findByIDOrName<T extends { id: number; name: string }>(
  objects: Iterable<T>,
  key: string | number,
): T | undefined {
  const all = [...objects]
  return all.find((one) => one.id === Number(key)) ?? all.find((one) => one.name === key)
}

/** Names are unique within a Hetzner project and a kind of resource. */
export function isNameUsed<T extends { name: string }>(
  objects: ReadonlyMap<number, T>,
  { name, except }: { name: string; except?: T },
): boolean {
  for (const object of objects.values()) if (object.name === name && object !== except) return true
  return false
}
