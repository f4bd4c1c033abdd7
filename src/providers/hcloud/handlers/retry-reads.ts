// A read that failed for a passing reason is done once more. The work queue is the real retry; this hides a lost socket.

import { type HcloudError, isHcloudError } from '../errors.ts'
import type { Answer, Handler } from '../exchange.ts'

/** Not after a timeout: that would hold a worker for twice as long. Not what never reached the wire. */
const notWorthIt = new Set(['timed_out', 'aborted', 'circuit_open'])

const isPassing = (error: HcloudError) => error.errorClass === 'Transient' && !notWorthIt.has(error.code)

export function retryReads(next: Handler<Answer>): Handler<Answer> {
  return async function readTwice(call) {
    try {
      return await next(call)
    } catch (error) {
      if (!call.isRead || call.signal.aborted || !isHcloudError(error) || !isPassing(error)) throw error
      return next(call)
    }
  }
}
