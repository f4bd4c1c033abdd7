// A simulated API as its clients see it: its requests are counted, faults stand in the way, control routes beside it.

import type { Clock } from './clock.ts'
import { requestRoutes, withControl } from './control.ts'
import type { Faults } from './faults.ts'
import type { Handler } from './handler.ts'
import { createRequestLog, type RequestLog } from './request-log.ts'
import type { Route } from './router.ts'

export interface Service {
  /** The API, and the control routes below `/_simulator/`; those are never counted and never hit by faults. */
  readonly fetch: Handler
  readonly faults: Faults
  readonly requests: RequestLog
}

export interface ServiceDeps {
  clock: Clock
  faults: Faults
  handler: Handler
  /** Beside those of the request log. */
  routes: readonly Route[]
  /** Words the path of a request without its secrets. */
  describe(request: Request): { path: string; target: string }
}

export function createService({ clock, faults, handler, routes, describe }: ServiceDeps): Service {
  const requests = createRequestLog({ clock, describe })
  return {
    faults,
    requests,
    fetch: withControl(requests.wrap(faults.wrap(handler)), [...routes, ...requestRoutes(requests)]),
  }
}
