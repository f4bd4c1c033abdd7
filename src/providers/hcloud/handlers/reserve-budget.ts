// Spends from the account's request budget before a call, and corrects the budget by every answer's headers.

import { isHcloudError } from '../errors.ts'
import type { Answer, Handler } from '../exchange.ts'

export function reserveBudget(next: Handler<Answer>): Handler<Answer> {
  return async function budgeted(call) {
    const { budget } = call.connection
    const spent = budget.take(call.lane)
    try {
      const answer = await next(call)
      spent.settle(answer.rateLimit)
      return answer
    } catch (error) {
      if (isHcloudError(error) && error.errorClass === 'Throttled') {
        // The caller learns how long the whole account waits.
        throw error.withRetryAfter(spent.throttled(error))
      }
      spent.settle(isHcloudError(error) ? error.rateLimit : undefined)
      throw error
    }
  }
}
