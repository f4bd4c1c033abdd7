// The one error that leaves this folder. Its texts are ours or redacted: none of them carries a byte of a token.

import type { Duration } from '../../clock.ts'

/**
 * What a caller does about a failure: wait and look again (`Transient`, `Throttled`, `Capacity`, `Quota`, `Conflict`),
 * ask a person (`Auth`, `InvalidSpec`), take it as an answer (`NotFound`), or report a defect of ours (`Bug`).
 */
export type ErrorClass =
  | 'Transient'
  | 'Throttled'
  | 'Capacity'
  | 'Quota'
  | 'Auth'
  | 'Conflict'
  | 'InvalidSpec'
  | 'NotFound'
  | 'Bug'

/** Names that Hetzner gave with an error: fields of the request, or limits of the account. */
export interface ErrorDetails {
  fields?: readonly string[]
  limits?: readonly string[]
}

export interface HcloudErrorFields {
  message: string
  errorClass: ErrorClass
  /** Hetzner's code, or one of ours: `out_of_budget`, `circuit_open`, `timed_out`, `network_error`, `aborted`, … */
  code: string
  /** What a person can do. One sentence. */
  remedy: string
  /** True when a write may have taken effect although no answer says so (R8: look up before doing it again). */
  outcomeUnknown?: boolean
  status?: number | undefined
  correlationID?: string | undefined
  /** The earliest useful next try, in milliseconds from now. */
  retryAfter?: Duration | undefined
  details?: ErrorDetails | undefined
  /** What the answer's headers said about the request budget. */
  rateLimit?: RateLimit | undefined
  cause?: unknown
}

/** From the `RateLimit-*` headers. */
export interface RateLimit {
  /** Requests per hour, which is also the size of the bucket. */
  limit: number
  remaining: number
}

export class HcloudError extends Error {
  override readonly name = 'HcloudError'
  readonly errorClass: ErrorClass
  readonly code: string
  readonly remedy: string
  readonly outcomeUnknown: boolean
  readonly status: number | undefined
  readonly correlationID: string | undefined
  readonly retryAfter: Duration | undefined
  readonly details: ErrorDetails | undefined
  readonly rateLimit: RateLimit | undefined

  constructor(fields: HcloudErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.errorClass = fields.errorClass
    this.code = fields.code
    this.remedy = fields.remedy
    this.outcomeUnknown = fields.outcomeUnknown ?? false
    this.status = fields.status
    this.correlationID = fields.correlationID
    this.retryAfter = fields.retryAfter
    this.details = fields.details
    this.rateLimit = fields.rateLimit
  }

  /** The same error, with a better idea of when to try again. */
  withRetryAfter(retryAfter: Duration): HcloudError {
    return new HcloudError({ ...this, message: this.message, cause: this.cause, retryAfter })
  }
}

export function isHcloudError(error: unknown): error is HcloudError {
  return error instanceof HcloudError
}

export function hasCode(error: unknown, ...codes: readonly string[]): error is HcloudError {
  return isHcloudError(error) && codes.includes(error.code)
}

export function isNotFound(error: unknown): error is HcloudError {
  return isHcloudError(error) && error.errorClass === 'NotFound'
}
