// Who was asked what, when, and what was answered: the oracle of tests that know an operator by its calls alone.

import type { Call } from './call.ts'
import type { ProxyListener } from './recording-proxy.ts'

export interface SeenCall extends Call {
  /** `performance.now()` when all of it had arrived. */
  at: number
  /** The path as it was asked for, with its query. */
  target: string
  /** Once it was answered. */
  status?: number
}

/** A proxy with this listener fills the list, oldest first. */
export function createSeenCalls(): { calls: SeenCall[]; listener: ProxyListener } {
  const calls: SeenCall[] = []
  const known = new WeakMap<Call, SeenCall>()
  const listener: ProxyListener = {
    before(call, { target }) {
      const seen = { ...call, at: performance.now(), target }
      known.set(call, seen)
      calls.push(seen)
    },
    after(call, { status }) {
      const seen = known.get(call)
      if (seen !== undefined) seen.status = status
    },
  }
  return { calls, listener }
}
