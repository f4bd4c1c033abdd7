// R3: no call outlives its limit, however slowly its body drips.

import { type Clock, type Duration, deadline } from '../../../clock.ts'
import type { Answer, Handler } from '../exchange.ts'

export function timeout({ clock, limit }: { clock: Clock; limit: Duration }) {
  return (next: Handler<Answer>): Handler<Answer> =>
    async function timed(call) {
      const { signal, release } = deadline(clock, limit, call.signal)
      try {
        return await next({ ...call, signal, sendBefore: clock.monotonic() + limit })
      } finally {
        release()
      }
    }
}
