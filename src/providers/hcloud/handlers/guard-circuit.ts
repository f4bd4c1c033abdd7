// Keeps a dead provider from holding workers.

import { type HcloudError, isHcloudError } from '../errors.ts'
import type { Answer, Handler } from '../exchange.ts'

/** Nobody answered, or not in Hetzner's own words. A refusal with a code, however harsh, is a sign of life. */
const isDead = ({ errorClass, status, code }: HcloudError) =>
  errorClass === 'Transient' && (status === undefined || status >= 500 || code === 'unreadable_answer')

/** Nothing was asked, or the answer was not waited for. */
const saysNothing = (error: HcloudError) => error.code === 'aborted' || error.code === 'out_of_budget'

export function guardCircuit(next: Handler<Answer>): Handler<Answer> {
  return async function guarded(call) {
    const attempt = call.connection.breaker.enter()
    try {
      const answer = await next(call)
      attempt.succeeded()
      return answer
    } catch (error) {
      if (!isHcloudError(error) || saysNothing(error)) attempt.abandoned()
      else if (isDead(error)) attempt.failed()
      else attempt.succeeded()
      throw error
    }
  }
}
