// The vendor's error body, `{"error": {code, message, details}}`, read leniently: only the code must be there.

import { z } from 'zod'
import type { ErrorDetails } from './errors.ts'

const names = z
  .array(z.object({ name: z.string() }))
  .max(50)
  .transform((entries) => entries.map((entry) => entry.name.slice(0, 100)))

const failure = z.object({
  error: z.object({
    code: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
    message: z.string().catch(''),
    details: z
      .object({ fields: names.optional().catch(undefined), limits: names.optional().catch(undefined) })
      .nullish()
      .catch(null),
  }),
})

export interface VendorFailure {
  code: string
  message: string
  details: ErrorDetails | undefined
}

export function parseFailure(json: unknown): VendorFailure | undefined {
  const parsed = failure.safeParse(json)
  if (!parsed.success) return undefined
  const { code, message, details } = parsed.data.error
  return { code, message, details: detailsOf(details?.fields, details?.limits) }
}

function detailsOf(fields?: readonly string[], limits?: readonly string[]): ErrorDetails | undefined {
  if (fields === undefined && limits === undefined) return undefined
  return { ...(fields === undefined ? {} : { fields }), ...(limits === undefined ? {} : { limits }) }
}
