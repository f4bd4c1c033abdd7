// What a person may do to the simulated Hetzner. Objects are named by id alone: ids are unique over all projects.
//
//   GET  /_simulator/state                    every Hetzner project: servers, addresses, firewalls, keys, running actions
//   POST /_simulator/tokens/add               {of, token, readOnly?}: another token of the project that `of` reaches
//   POST /_simulator/tokens/revoke            {token}: 401 from now on
//   POST /_simulator/limits                   {token, servers?, primaryIPs?}: quota
//   POST /_simulator/budget                   {token, perHour?, left?}: rate limit and what is left of it
//   POST /_simulator/servers/delete           {id}; also servers/power-off; by an unseen hand, at once
//   POST /_simulator/servers/change           {id, name?, labels?, status?}: labels replace the whole set
//   POST /_simulator/primary-ips/change       the same; also firewalls/change
//   POST /_simulator/primary-ips/delete       {id}; also firewalls/delete, ssh-keys/delete
//   beside them the routes of kit/control.ts

import { z } from 'zod'
import { done } from '../kit/control.ts'
import type { Route } from '../kit/router.ts'
import type { Control } from './control.ts'
import { serverStatuses } from './state.ts'

const id = z.strictObject({ id: z.int() })
const token = z.string()
const count = z.int().min(0).exactOptional()
const change = z.strictObject({
  id: z.int(),
  name: z.string().exactOptional(),
  labels: z.record(z.string(), z.string()).exactOptional(),
})
const serverChange = change.extend({ status: z.enum(serverStatuses).exactOptional() })

/** A POST route: reads the body strictly, does it, answers `{}`. A RangeError says what was wrong with the body. */
function command<T>(name: string, schema: z.ZodType<T>, run: (argument: T) => void): Route {
  return {
    method: 'POST',
    path: `/_simulator/${name}`,
    async handle({ request }) {
      const text = await request.text()
      const argument = schema.safeParse(text === '' ? {} : JSON.parse(text))
      if (!argument.success) throw new RangeError(z.prettifyError(argument.error))
      return done(run(argument.data))
    },
  }
}

export function createControlRoutes(control: Control): Route[] {
  return [
    { method: 'GET', path: '/_simulator/state', handle: () => Response.json(control.state()) },
    ...tokenRoutes(control),
    command('servers/delete', id, (o) => control.deleteServer(o.id)),
    command('servers/power-off', id, (o) => control.powerOffServer(o.id)),
    command('servers/change', serverChange, control.changeServer),
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
