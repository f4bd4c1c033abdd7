// Reports each call as its caller sees it.

import { isHcloudError, type RateLimit } from '../errors.ts'
import type { Answer, Call, Handler } from '../exchange.ts'

/** What the operator's metrics are told. No value is unbounded: operations are templates like `GET /servers/{id}`. */
export interface HcloudMetrics {
  /** One call. `code` is the HTTP status, or `none` without an answer. */
  hcloudRequest(report: { operation: string; code: number | 'none' }): void
  /** Requests left in the account's bucket, as Hetzner said last. */
  hcloudRemaining(report: { account: string; remaining: number }): void
}

export function measure(metrics: HcloudMetrics | undefined) {
  return (next: Handler<Answer>): Handler<Answer> =>
    async function measured(call) {
      try {
        const answer = await next(call)
        report(metrics, call, { status: answer.status, rateLimit: answer.rateLimit })
        return answer
      } catch (error) {
        report(metrics, call, isHcloudError(error) ? error : {})
        throw error
      }
    }
}

interface Seen {
  status?: number | undefined
  rateLimit?: RateLimit | undefined
}

function report(metrics: HcloudMetrics | undefined, call: Call, { status, rateLimit }: Seen): void {
  metrics?.hcloudRequest({ operation: `${call.method} ${call.route}`, code: status ?? 'none' })
  const account = call.connection.accountID
  if (account !== undefined && rateLimit !== undefined) {
    metrics?.hcloudRemaining({ account, remaining: rateLimit.remaining })
  }
}
