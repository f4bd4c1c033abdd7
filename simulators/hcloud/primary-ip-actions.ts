// What can be done to a Primary IP: give it to a server, take it back, name it, protect it.

import { z } from 'zod'
import type { Work } from './actions.ts'
import { type Call, created, type Endpoint } from './endpoint.ts'
import { invalidInput, unprocessable } from './errors.ts'
import { id, parseBody } from './input.ts'
import { assigneeOf, assignWork, checkAssignable, unassignWork } from './primary-ip-assignment.ts'
import { findPrimaryIP } from './primary-ips.ts'
import { holderOf, reverseNameBody, setReverseName } from './reverse-names.ts'
import type { PrimaryIP } from './state.ts'

export const primaryIPActionEndpoints: readonly Endpoint[] = [
  action('assign', assign),
  action('unassign', unassignWork),
  action('change_dns_ptr', changeReverseName),
  action('change_protection', changeProtection),
]

function action(name: string, plan: (call: Call, primaryIP: PrimaryIP) => Work): Endpoint {
  return {
    method: 'POST',
    path: `/primary_ips/:id/actions/${name}`,
    handle(call) {
      const { actions } = call.world
      return created({ action: actions.view(actions.start(call.project, plan(call, findPrimaryIP(call)))) })
    },
  }
}

const assignBody = z.strictObject({ assignee_type: z.literal('server'), assignee_id: id })

function assign(call: Call, primaryIP: PrimaryIP): Work {
  const { assignee_id: assigneeID } = parseBody(assignBody, call.body)
  if (primaryIP.assigneeID !== null) {
    throw unprocessable('primary_ip_already_assigned', 'the Primary IP is already assigned to a server')
  }
  const server = assigneeOf(call, assigneeID)
  if (server.location.id !== primaryIP.location.id) {
    throw unprocessable('primary_ip_datacenter_mismatch', 'the Primary IP is in a different location')
  }
  checkAssignable(server, primaryIP.type)
  return assignWork(call, { primaryIP, server })
}

/** It takes effect when the action succeeds, and locks nothing. */
const setting = ({ world }: Call, o: { primaryIP: PrimaryIP; command: string; succeed(): void }): Work => ({
  resources: [{ id: o.primaryIP.id, type: 'primary_ip' }],
  locks: [],
  command: o.command,
  seconds: world.options.settingSeconds,
  succeed: o.succeed,
})

function changeReverseName(call: Call, primaryIP: PrimaryIP): Work {
  const { ip, dns_ptr: name = null } = parseBody(reverseNameBody, call.body)
  const holder = holderOf(ip, [primaryIP])
  return setting(call, { primaryIP, command: 'change_dns_ptr', succeed: () => setReverseName(holder, { ip, name }) })
}

/** One that goes with its server cannot be protected. */
function changeProtection(call: Call, primaryIP: PrimaryIP): Work {
  const { delete: on } = parseBody(z.strictObject({ delete: z.boolean() }), call.body)
  if (on && primaryIP.autoDelete) throw invalidInput('a Primary IP with auto_delete cannot be protected')
  const succeed = () => {
    primaryIP.protection = { delete: on }
  }
  return setting(call, { primaryIP, command: 'change_protection', succeed })
}
