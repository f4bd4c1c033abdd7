// R3: no call outlives its limit, however slowly its body drips.

import { type Clock, type Duration, deadline } from '../../../clock.ts'
import type { Answer, Handler } from '../exchange.ts'

/** `limit` is asked when a call begins. */
export function timeout({ clock, limit }: { clock: Clock; limit: () => Duration }) {
  return (next: Handler<Answer>): Handler<Answer> =>
    async function timed(call) {
      const allowed = limit()
      const { signal, release } = deadline(clock, allowed, call.signal)
      try {
        return await next({ ...call, signal, sendBefore: clock.monotonic() + allowed })
      } finally {
        release()
      }
    }
}
