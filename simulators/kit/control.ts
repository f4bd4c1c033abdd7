// How control routes stand next to a simulated service, and those that every service has. Effects answer `{}`, mistakes
// 400 with {"error": "what must hold"}.
//
//   GET    /_simulator/faults           every fault taken up: {id, fault, state, hits}
//   POST   /_simulator/faults           take up a plan, or a single fault; answers {"ids": […]} or {"id": n}
//   DELETE /_simulator/faults           take them all back
//   DELETE /_simulator/faults/:id       take one back
//   GET    /_simulator/requests         {counts: [{method, path, status, count}], log: [{at, method, target, status}]}
//   POST   /_simulator/requests/reset

import type { World } from './fault.ts'
import type { FaultDesk } from './fault-desk.ts'
import { parseFaultPlan, parsePlannedFault } from './fault-plan.ts'
import { BodyTooLarge, type Handler } from './handler.ts'
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
    if (error instanceof BodyTooLarge) return controlError(413, error.message)
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

/** Faults of all worlds, on the port of one: a single fault without a world means that one. */
export function faultRoutes(desk: FaultDesk, world: World): Route[] {
  const path = '/_simulator/faults'
  return [
    { method: 'GET', path, handle: () => Response.json({ faults: desk.list() }) },
    { method: 'POST', path, handle: async ({ request }) => takeUp(await request.text(), { desk, world }) },
    { method: 'DELETE', path, handle: () => done(desk.clear()) },
    {
      method: 'DELETE',
      path: `${path}/:id`,
      handle: ({ params: { id } }) =>
        desk.remove(Number(id)) ? done() : controlError(404, `No fault has the id ${id}`),
    },
  ]
}

function takeUp(text: string, { desk, world }: { desk: FaultDesk; world: World }): Response {
  const raw: unknown = JSON.parse(text)
  if (typeof raw === 'object' && raw !== null && 'faults' in raw) {
    const parsed = parseFaultPlan(raw)
    if (!parsed.ok) throw new RangeError(parsed.problems.join('; '))
    const ids = desk.take(parsed.plan)
    return Response.json({ ids: ids.map((id) => id ?? null) })
  }
  const parsed = parsePlannedFault(raw, world)
  if (!parsed.ok) throw new RangeError(parsed.problems.join('; '))
  const [id] = desk.take({ faults: [parsed.value] })
  if (id === undefined) throw new RangeError('the fault belongs to a world that is not here: give it to the proxy')
  return Response.json({ id })
}

export function requestRoutes(requests: RequestLog): Route[] {
  const path = '/_simulator/requests'
  return [
    { method: 'GET', path, handle: () => Response.json({ counts: requests.counts(), log: requests.log() }) },
    { method: 'POST', path: `${path}/reset`, handle: () => done(requests.reset()) },
  ]
}
