// Actions on the wire. Their errors pass through the same classification as those of answers.

import { z } from 'zod'
import { classify, preciseCode } from './classification.ts'
import type { Action } from './domain.ts'
import { withoutToken } from './redaction.ts'

export const actionSchema = z
  .object({
    id: z.number().int(),
    command: z.string(),
    status: z.enum(['running', 'success', 'error']),
    progress: z.number(),
    resources: z.array(z.object({ id: z.number().int(), type: z.string() })),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .transform(({ error, ...wire }): Action => {
    if (wire.status !== 'error') return wire
    // An action that failed without a word still failed.
    const { code: given, message } = error ?? { code: 'unknown_error', message: 'no reason given' }
    const code = preciseCode(given, message).slice(0, 64)
    return { ...wire, error: { code, message: withoutToken(message, ''), errorClass: classify(code).errorClass } }
  })
