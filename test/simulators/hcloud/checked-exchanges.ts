// Holds everything that passes between any client and the simulated Hetzner against the vendor's own description.

import type { Handler } from '../../../simulators/kit/handler.ts'
import { hasVendorDescription, validateAnswer } from './vendor-description.ts'

/** Collects in `wrong` what the description does not allow. Where that is absent, nothing is looked at. */
export function checkedExchanges(handler: Handler, wrong: string[]): Handler {
  if (!hasVendorDescription) return handler
  return async (request) => {
    const { pathname, search } = new URL(request.url)
    // What is too large to be read was refused, too.
    const sent = await request
      .clone()
      .text()
      .catch(() => '')
    const response = await handler(request)
    const text = await response.clone().text()
    // As after an extension of the API: meant to be unknown.
    if (text.includes('"introduced_later":true')) return response
    const problem = validateAnswer({
      method: request.method,
      path: pathname.replace(/^\/v1/, '') + search,
      sent: parsed(sent),
      status: response.status,
      body: parsed(text),
    })
    if (problem !== undefined) wrong.push(problem)
    return response
  }
}

/** What is no JSON was refused, and needs no check. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
