// How control routes stand next to a simulated service, and those that every service has. Effects answer `{}`, mistakes
// 400 with {"error": "what must hold"}.
//
//   GET    /_simulator/faults           the faults that are on, and how often each has hit
//   POST   /_simulator/faults           switch one on: a Fault as JSON (kit/fault.ts); answers {"id": n}
//   DELETE /_simulator/faults           switch all off
//   DELETE /_simulator/faults/:id       switch one off
//   GET    /_simulator/requests         {counts: [{method, path, status, count}], log: [{at, method, target, status}]}
//   POST   /_simulator/requests/reset

import type { Fault } from './fault.ts'
import type { Faults } from './faults.ts'
import type { Handler } from './handler.ts'
import type { RequestLog } from './request-log.ts'
import { createRouter, type Route } from './router.ts'

/** Control routes are never counted and never hit by faults. The port is loopback only: there is no authentication. */
export function withControl(service: Handler, routes: readonly Route[]): Handler {
  const control = createRouter(routes, noSuchRoute)
  return async (request) => {
    const { pathname } = new URL(request.url)
    return pathname.startsWith('/_simulator/') ? answerControl(control, request) : service(request)
  }
}

/** A RangeError or a SyntaxError is the caller's mistake. */
async function answerControl(control: Handler, request: Request): Promise<Response> {
  try {
    return await control(request)
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return controlError(400, error.message)
    throw error
  }
}

const noSuchRoute: Handler = async (request) =>
  controlError(404, `No such control route: ${request.method} ${new URL(request.url).pathname}`)

export const controlError = (status: number, error: string): Response => Response.json({ error }, { status })

/** The answer to an effect that has nothing to tell. */
export function done(_effect?: unknown): Response {
  return Response.json({})
}

export function faultRoutes(faults: Faults): Route[] {
  const path = '/_simulator/faults'
  return [
    { method: 'GET', path, handle: () => Response.json({ faults: faults.list() }) },
    {
      method: 'POST',
      path,
      handle: async ({ request }) => Response.json({ id: faults.add((await request.json()) as Fault) }),
    },
    { method: 'DELETE', path, handle: () => done(faults.clear()) },
    {
      method: 'DELETE',
      path: `${path}/:id`,
      handle: ({ params: { id } }) =>
        faults.remove(Number(id)) ? done() : controlError(404, `No fault has the id ${id}`),
    },
  ]
}

export function requestRoutes(requests: RequestLog): Route[] {
  const path = '/_simulator/requests'
  return [
    { method: 'GET', path, handle: () => Response.json({ counts: requests.counts(), log: requests.log() }) },
    { method: 'POST', path: `${path}/reset`, handle: () => done(requests.reset()) },
  ]
}
