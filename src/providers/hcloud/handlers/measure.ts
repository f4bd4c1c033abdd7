// Reports each call as its caller sees it.

import type { Clock, Duration } from '../../../clock.ts'
import { isHcloudError } from '../errors.ts'
import type { Answer, Handler } from '../exchange.ts'

/** What the operator's metrics are told. No value is unbounded: routes are templates, codes come from a table. */
export interface HcloudMetrics {
  /** `outcome` is `ok` or the error's class. */
  call(report: { method: string; route: string; outcome: string; code: string; duration: Duration }): void
}

export function measure({ clock, metrics }: { clock: Clock; metrics?: HcloudMetrics | undefined }) {
  return (next: Handler<Answer>): Handler<Answer> =>
    async function measured(call) {
      const began = clock.monotonic()
      const report = (outcome: string, code: string) =>
        metrics?.call({ method: call.method, route: call.route, outcome, code, duration: clock.monotonic() - began })
      try {
        const answer = await next(call)
        report('ok', String(answer.status))
        return answer
      } catch (error) {
        if (isHcloudError(error)) report(error.errorClass, error.code)
        else report('Bug', 'unexpected')
        throw error
      }
    }
}
