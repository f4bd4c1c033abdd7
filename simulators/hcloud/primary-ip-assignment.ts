// Who holds a Primary IP: one server at a time, which must be off to take it and to let it go.

import type { Work } from './actions.ts'
import type { Call } from './endpoint.ts'
import { invalidField, locked, unprocessable } from './errors.ts'
import { isLocked, type PrimaryIP, type Server } from './state.ts'

interface Pair {
  primaryIP: PrimaryIP
  server: Server
}

export function assigneeOf({ project }: Call, serverID: number): Server {
  const server = project.servers.get(serverID)
  if (server === undefined) throw invalidField('assignee_id', `server with ID '${serverID}' not found`)
  return server
}

export function checkAssignable(server: Server, type: PrimaryIP['type']): void {
  checkOff(server)
  if (server[type] !== null) throw unprocessable(`server_has_${type}`, `the server already has an ${type} address`)
}

function checkOff(server: Server): void {
  if (isLocked(server)) throw locked('server')
  if (server.status !== 'off') throw unprocessable('server_not_stopped', 'the server needs to be powered off')
}

const between = ({ world }: Call, { primaryIP, server }: Pair): Pick<Work, 'resources' | 'locks' | 'seconds'> => ({
  resources: [
    { id: primaryIP.id, type: 'primary_ip' },
    { id: server.id, type: 'server' },
  ],
  locks: [server],
  seconds: world.options.assignSeconds,
})

/** Both sides know of it at once, so that no second one can be given meanwhile. */
export function assignWork(call: Call, pair: Pair): Work {
  const { primaryIP, server } = pair
  const link = (on: boolean) => {
    primaryIP.assigneeID = on ? server.id : null
    server[primaryIP.type] = on ? primaryIP.id : null
  }
  link(true)
  return { ...between(call, pair), command: 'assign_primary_ip', succeed: () => {}, fail: () => link(false) }
}

export function unassignWork(call: Call, primaryIP: PrimaryIP): Work {
  const server = primaryIP.assigneeID === null ? undefined : call.project.servers.get(primaryIP.assigneeID)
  if (server === undefined) throw unprocessable('primary_ip_not_assigned', 'the Primary IP is not assigned')
  checkOff(server)
  const succeed = () => {
    primaryIP.assigneeID = null
    server[primaryIP.type] = null
  }
  return { ...between(call, { primaryIP, server }), command: 'unassign_primary_ip', succeed }
}
