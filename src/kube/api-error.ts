// What the API server said no to, typed: the reason tells apart what the HTTP status lumps together.

import type { Duration } from '../clock.ts'

/** One entry of Status.details.causes. */
export interface Cause {
  readonly reason?: string | undefined
  readonly field?: string | undefined
  readonly message?: string | undefined
}

export interface ApiErrorDetails {
  readonly status: number
  /** Status.reason; empty when the answer was no Status at all, so that it came from a proxy or a wrong path. */
  readonly reason: string
  readonly causes?: readonly Cause[]
  readonly retryAfter?: Duration | undefined
}

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly reason: string
  readonly causes: readonly Cause[]
  /** Milliseconds; from the Retry-After header or Status.details.retryAfterSeconds. */
  readonly retryAfter: Duration | undefined

  constructor(message: string, { status, reason, causes = [], retryAfter }: ApiErrorDetails) {
    super(message)
    this.status = status
    this.reason = reason
    this.causes = causes
    this.retryAfter = retryAfter
  }
}

export function isApiError(error: unknown): error is ApiError {
  return error instanceof ApiError
}

const hasReason = (error: unknown, reason: string): error is ApiError => isApiError(error) && error.reason === reason

/** The object does not exist. A 404 for a path that nobody serves (no CRD, a proxy) is not this. */
export const isNotFound = (error: unknown): error is ApiError => hasReason(error, 'NotFound')

/** The object has changed since it was read, or is another one of the same name. */
export const isConflict = (error: unknown): error is ApiError => hasReason(error, 'Conflict')

/** Also a 409, but a create of what exists. */
export const isAlreadyExists = (error: unknown): error is ApiError => hasReason(error, 'AlreadyExists')

export const isForbidden = (error: unknown): error is ApiError => hasReason(error, 'Forbidden')

export const isUnauthorized = (error: unknown): error is ApiError => isApiError(error) && error.status === 401

/** Refused by schema, CEL rule or validation; `causes` name the fields. */
export const isInvalid = (error: unknown): error is ApiError => hasReason(error, 'Invalid')

/** The resource itself is not served: a CRD that is not installed, as a rule. */
export const isNotServed = (error: unknown): error is ApiError =>
  isApiError(error) && error.status === 404 && error.reason !== 'NotFound'
