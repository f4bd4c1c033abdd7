// What an answer says about the token itself is worth knowing beyond the call that happened to ask.

import { type HcloudError, hasCode, isHcloudError } from '../errors.ts'
import type { Answer, Call, Handler, TokenFact } from '../exchange.ts'

export function learnAboutToken(next: Handler<Answer>): Handler<Answer> {
  return async function learning(call) {
    try {
      const answer = await next(call)
      call.connection.learn('accepted')
      return answer
    } catch (error) {
      const fact = isHcloudError(error) ? factOf(error, call) : undefined
      if (fact !== undefined) call.connection.learn(fact, isHcloudError(error) ? error : undefined)
      throw error
    }
  }
}

/** Older answers say `forbidden` where newer ones say `token_readonly`. */
function factOf(error: HcloudError, call: Call): TokenFact | undefined {
  if (hasCode(error, 'unauthorized')) return 'rejected'
  if (hasCode(error, 'token_readonly')) return 'readOnly'
  return hasCode(error, 'forbidden') && !call.isRead ? 'readOnly' : undefined
}
