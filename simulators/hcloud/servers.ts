// The endpoints of servers; server-actions.ts has what else can be done to them.

import { z } from 'zod'
import { type Answer, type Call, type Endpoint, ok } from './endpoint.ts'
import { isProtected, locked, nameTaken } from './errors.ts'
import { relinkServer } from './firewall-links.ts'
import { findByParam, hostname, isNameUsed, labels, parseBody } from './input.ts'
import { listAnswer } from './paging.ts'
import { createServer } from './server-create.ts'
import type { Life } from './server-life.ts'
import { serverView } from './server-view.ts'
import { isLocked, type Server, serverStatuses } from './state.ts'

const updateBody = z.strictObject({ name: hostname.optional(), labels: labels.optional() })

export function serverEndpoints(life: Life): Endpoint[] {
  return [
    { method: 'GET', path: '/servers', handle: listServers },
    { method: 'POST', path: '/servers', handle: (call) => createServer(call, life) },
    { method: 'GET', path: '/servers/:id', handle: (call) => answer(call, findServer(call)) },
    { method: 'PUT', path: '/servers/:id', handle: updateServer },
    { method: 'DELETE', path: '/servers/:id', handle: (call) => deleteServer(call, life) },
  ]
}

export const findServer = ({ project, params }: Call): Server =>
  findByParam(project.servers, { what: 'server', id: params.id })

const answer = ({ world, project }: Call, server: Server): Answer =>
  ok({ server: serverView(server, { listed: project, world }) })

function listServers(call: Call): Answer {
  const listed = call.world.listed(call.project)
  return listAnswer(call, {
    member: 'servers',
    items: listed.servers.values(),
    sorts: { id: ({ id }) => id, name: ({ name }) => name, created: (server) => server.created },
    filters: { name: ({ name }) => name, status: ({ status }) => status },
    enums: { status: serverStatuses },
    labels: (server) => server.labels,
    view: (server) => serverView(server, { listed, world: call.world }),
  })
}

/** Allowed while locked. Labels replace the whole set. */
function updateServer(call: Call): Answer {
  const { world, project } = call
  const server = findServer(call)
  const { name = server.name, labels: newLabels } = parseBody(updateBody, call.body)
  if (isNameUsed(project.servers, { name, except: server })) throw nameTaken('server name is already used')
  renameServer(call, { server, name, labels: newLabels ?? server.labels })
  return answer({ ...call, world, project }, server)
}

/** Also moves the server into and out of firewalls that select it by label. */
export function renameServer(
  { world, project }: Pick<Call, 'world' | 'project'>,
  o: { server: Server; name: string; labels: Readonly<Record<string, string>> },
): void {
  o.server.name = o.name
  o.server.labels = o.labels
  relinkServer(world, project, o.server)
}

function deleteServer(call: Call, life: Life): Answer {
  const server = findServer(call)
  if (isLocked(server)) throw locked('server')
  if (server.protection.delete) throw isProtected('server')
  return ok({ action: call.world.actions.view(life.delete(call.project, server)) })
}
