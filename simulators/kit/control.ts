// The control routes that every simulated service has, and how control routes are put next to the service itself.
//
//   GET    /_simulator/requests       counts by route        ?latest=1 the requests themselves
//   DELETE /_simulator/requests       forget them
//   GET    /_simulator/faults         the faults that are on, and how often each has hit
//   POST   /_simulator/faults         switch one on: a Fault as JSON (kit/fault.ts); answers {"id": n}
//   DELETE /_simulator/faults         switch all off
//   DELETE /_simulator/faults/:id     switch one off

import type { Fault } from './fault.ts'
import type { Faults } from './faults.ts'
import type { Handler } from './handler.ts'
import type { RequestLog } from './request-log.ts'
import type { Route } from './router.ts'

export const controlPrefix = '/_simulator/'

/** Control routes are never counted and never hit by faults. */
export function withControl(service: Handler, control: Handler): Handler {
  return async (request) => {
    const { pathname } = new URL(request.url)
    return pathname.startsWith(controlPrefix) ? answerControl(control, request) : service(request)
  }
}

/** A RangeError or a SyntaxError is the caller's mistake, told in one line. */
async function answerControl(control: Handler, request: Request): Promise<Response> {
  try {
    return await control(request)
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error
    return controlError(400, error.message)
  }
}

export const controlError = (status: number, error: string): Response => Response.json({ error }, { status })

export const noSuchControl: Handler = async (request) =>
  controlError(404, `No such control route: ${request.method} ${new URL(request.url).pathname}`)

export function commonControlRoutes({ faults, requests }: { faults: Faults; requests: RequestLog }): Route[] {
  return [
    {
      method: 'GET',
      path: '/_simulator/requests',
      handle: ({ url }) =>
        Response.json(url.searchParams.has('latest') ? { requests: requests.latest() } : requests.counts()),
    },
    { method: 'DELETE', path: '/_simulator/requests', handle: () => done(requests.clear()) },
    { method: 'GET', path: '/_simulator/faults', handle: () => Response.json({ faults: faults.list() }) },
    {
      method: 'POST',
      path: '/_simulator/faults',
      handle: async ({ request }) =>
        Response.json({ id: faults.add((await request.json()) as Fault) }, { status: 201 }),
    },
    { method: 'DELETE', path: '/_simulator/faults', handle: () => done(faults.clear()) },
    {
      method: 'DELETE',
      path: '/_simulator/faults/:id',
      handle: ({ params }) =>
        faults.remove(Number(params['id'])) ? done() : controlError(404, `No fault has the id ${params['id']}`),
    },
  ]
}

/** 204 for an effect that has nothing to tell. */
export function done(_effect?: unknown): Response {
  return new Response(null, { status: 204 })
}
