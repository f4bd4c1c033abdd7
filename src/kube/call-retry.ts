// Whether a failed call is sent once more within its deadline, and after how long. The work queue is the real retry.

import type { Duration } from '../clock.ts'
import { type ApiError, isApiError } from './api-error.ts'
import { isConnectionError } from './connection-error.ts'

export interface FailedCall {
  readonly method: string
  /** 1 for the first one. */
  readonly attempt: number
  readonly error: unknown
  /** In [0, 1). */
  readonly random: () => number
  /** See RequestOptions. */
  readonly isRepeatedByCaller?: boolean | undefined
}

const mostAttempts = 10
const mostReconnects = 2
const reconnectPause: Duration = 200

/** The pause before the next attempt; undefined: the error stands. */
export function retryPause(call: FailedCall): Duration | undefined {
  if (call.attempt > mostAttempts) return undefined
  return isConnectionError(call.error) ? reconnectAfter(call) : serverPause(call)
}

/** A write whose connection broke may have happened; even a refused one is left to its caller to judge. */
function reconnectAfter({ method, attempt, error, random }: FailedCall): Duration | undefined {
  if (method !== 'GET' || attempt > mostReconnects || !isConnectionError(error)) return undefined
  if (error.code !== 'unreachable' && error.code !== 'broken') return undefined
  return reconnectPause * (0.5 + random() / 2) * attempt
}

/**
 * Only where the server itself names a time. 429 says that nothing was done, so that a write may be sent again, but no
 * POST ever is: a proxy may have said it. A write that got a 5xx may have happened.
 */
function serverPause({ method, error, random, isRepeatedByCaller }: FailedCall): Duration | undefined {
  if (!isApiError(error) || error.retryAfter === undefined || isFromTheFuture(error)) return undefined
  if (isRepeatedByCaller && error.status !== 429) return undefined
  const mayRepeat =
    method === 'GET' ? error.status === 429 || error.status >= 500 : error.status === 429 && method !== 'POST'
  // Upwards only: whoever was told the same time should not come back at the same moment.
  return mayRepeat ? error.retryAfter * (1 + random() / 4) : undefined
}

/** Asked for a version that this server has not seen: whoever asked knows a better question than the same once more. */
function isFromTheFuture(error: ApiError): boolean {
  return error.causes.some(({ reason }) => reason === 'ResourceVersionTooLarge')
}
