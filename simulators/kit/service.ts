// A simulated API as its clients see it: its requests are counted, faults stand in the way, control routes beside it.

import type { Clock } from './clock.ts'
import { faultRoutes, requestRoutes, withControl } from './control.ts'
import { createFaults, type Faults } from './faults.ts'
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
  /** Of the chances of its faults. */
  seed?: number
  handler: Handler
  /** Beside those that every service has. */
  routes: readonly Route[]
  /** Taken off the front of a path before faults look at it. */
  basePath?: string
  /** Words the path of a request without its secrets. */
  describe(request: Request): { path: string; target: string }
}

export function createService({ handler, routes, describe, basePath = '', ...deps }: ServiceDeps): Service {
  const faults = createFaults({ ...deps, basePath })
  const requests = createRequestLog({ clock: deps.clock, describe })
  return {
    faults,
    requests,
    fetch: withControl(requests.wrap(faults.wrap(handler)), [
      ...routes,
      ...faultRoutes(faults),
      ...requestRoutes(requests),
    ]),
  }
}
