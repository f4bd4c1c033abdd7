// User data as a request may carry it.

import { z } from 'zod'

const limitBytes = 32_768

export const userData = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= limitBytes, `length must be between 0 and ${limitBytes}`)
