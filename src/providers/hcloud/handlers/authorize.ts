// Puts the token on a call.

import type { Handler, WireResponse } from '../exchange.ts'

export function authorize(next: Handler<WireResponse>): Handler<WireResponse> {
  return function authorized(call) {
    return next({ ...call, headers: { ...call.headers, authorization: `Bearer ${call.connection.token}` } })
  }
}
