// A deletion of what is gone already has succeeded.

import { isNotFound } from './errors.ts'

/** False when it was gone already: for a deletion that is success. */
export async function deleted(call: Promise<unknown>): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}
