// The control functions as HTTP routes: GET state and requests, and one POST a function with its argument as JSON.

import { z } from 'zod'
import { json } from '../kit/handler.ts'
import type { Route } from '../kit/router.ts'
import type { Control } from './control.ts'

const id = z.strictObject({ id: z.int() })
const token = z.string()
const count = z.int().min(0).exactOptional()
const pair = { type: z.string(), location: z.string() }
const change = z.strictObject({
  id: z.int(),
  name: z.string().exactOptional(),
  labels: z.record(z.string(), z.string()).exactOptional(),
})

/** A POST route: reads the body strictly, does it, answers `{}`. 400 with a text says what was wrong. */
function command<T>(name: string, schema: z.ZodType<T>, run: (argument: T) => void): Route {
  return {
    method: 'POST',
    path: `/_simulator/${name}`,
    async handle({ request }) {
      const text = await request.text()
      const argument = schema.safeParse(text === '' ? {} : parse(text))
      if (!argument.success) return refused(z.prettifyError(argument.error))
      try {
        run(argument.data)
      } catch (error) {
        if (error instanceof RangeError) return refused(error.message)
        throw error
      }
      return json({})
    },
  }
}

const refused = (message: string): Response => json({ error: message }, { status: 400 })

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Paths begin with `/_simulator/`. The server is expected to listen on loopback only: there is no authentication. */
export function createControlRoutes(control: Control): Route[] {
  return [
    { method: 'GET', path: '/_simulator/state', handle: () => json(control.state()) },
    { method: 'GET', path: '/_simulator/requests', handle: () => json(control.requests()) },
    command('requests/reset', z.strictObject({}), control.resetRequests),
    ...tokenRoutes(control),
    ...faultRoutes(control),
    command('servers/delete', id, (o) => control.deleteServer(o.id)),
    command('servers/power-off', id, (o) => control.powerOffServer(o.id)),
    command('servers/change', change, control.changeServer),
    command('primary-ips/change', change, control.changePrimaryIP),
    command('primary-ips/delete', id, (o) => control.deletePrimaryIP(o.id)),
    command('firewalls/change', change, control.changeFirewall),
    command('firewalls/delete', id, (o) => control.deleteFirewall(o.id)),
    command('ssh-keys/delete', id, (o) => control.deleteSSHKey(o.id)),
  ]
}

function tokenRoutes(control: Control): Route[] {
  const addition = z.strictObject({ of: token, token, readOnly: z.boolean().exactOptional() })
  const limits = z.strictObject({ token, servers: count, primaryIPs: count })
  const budget = z.strictObject({ token, perHour: count, left: count })
  return [
    command('tokens/add', addition, control.addToken),
    command('tokens/revoke', z.strictObject({ token }), (o) => control.revokeToken(o.token)),
    command('limits', limits, control.setLimits),
    command('budget', budget, control.setBudget),
  ]
}

function faultRoutes(control: Control): Route[] {
  const times = z.int().min(1).exactOptional()
  const failing = z.strictObject({
    command: z.string(),
    times,
    error: z.strictObject({ code: z.string(), message: z.string() }).exactOptional(),
    seconds: z.number().min(0).exactOptional(),
  })
  return [
    command('capacity/sold-out', z.strictObject({ ...pair, times }), control.soldOut),
    command('capacity/unavailable', z.strictObject(pair), control.unavailable),
    command('capacity/clear', z.strictObject({}), control.clearCapacity),
    command('actions/fail-next', failing, control.failNextAction),
    command('lists/lag', z.strictObject({ seconds: z.number().min(0) }), (o) => control.lagLists(o.seconds)),
    command('guests/ignore-shutdown', z.strictObject({ ignore: z.boolean() }), (o) => control.ignoreShutdown(o.ignore)),
    command('world-faults/clear', z.strictObject({}), control.clearFaults),
  ]
}
