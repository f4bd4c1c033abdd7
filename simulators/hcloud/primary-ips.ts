// The endpoints of Primary IPs. One is bound to its location; it is free, or held by a server that must be off to let go.

import { z } from 'zod'
import { type Answer, type Call, created, type Endpoint, noContent, ok } from './endpoint.ts'
import { invalidField, invalidInput, isProtected, locked, nameTaken, unprocessable } from './errors.ts'
import { findByIDOrName, findByParam, id, idOrName, isNameUsed, labels, parseBody } from './input.ts'
import { listAnswer } from './paging.ts'
import { allocatePrimaryIP, checkPrimaryIPQuota, releasePrimaryIP } from './primary-ip-pool.ts'
import { locations } from './seed.ts'
import { reverseName } from './server-view.ts'
import { type Action, isLocked, type PrimaryIP, type Server } from './state.ts'
import { timestamp } from './timestamp.ts'

const name = z.string().min(1).max(255)

const createBody = z.strictObject({
  name,
  type: z.enum(['ipv4', 'ipv6']),
  location: idOrName.optional(),
  assignee_type: z.enum(['server', 'unassigned']).optional(),
  assignee_id: id.nullish(),
  auto_delete: z.boolean().default(false),
  labels: labels.default({}),
})

const updateBody = z.strictObject({
  name: name.optional(),
  labels: labels.optional(),
  auto_delete: z.boolean().optional(),
})

const assignBody = z.strictObject({ assignee_type: z.literal('server'), assignee_id: id })

export const primaryIPEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/primary_ips', handle: listPrimaryIPs },
  { method: 'POST', path: '/primary_ips', handle: createPrimaryIP },
  { method: 'GET', path: '/primary_ips/:id', handle: (call) => ok({ primary_ip: view(find(call)) }) },
  { method: 'PUT', path: '/primary_ips/:id', handle: updatePrimaryIP },
  { method: 'DELETE', path: '/primary_ips/:id', handle: deletePrimaryIP },
  { method: 'POST', path: '/primary_ips/:id/actions/assign', handle: assignPrimaryIP },
  { method: 'POST', path: '/primary_ips/:id/actions/unassign', handle: unassignPrimaryIP },
]

const view = (primaryIP: PrimaryIP): object => ({
  id: primaryIP.id,
  name: primaryIP.name,
  type: primaryIP.type,
  ip: primaryIP.ip,
  location: primaryIP.location,
  created: timestamp(primaryIP.created),
  blocked: false,
  dns_ptr: primaryIP.type === 'ipv4' ? [{ ip: primaryIP.ip, dns_ptr: reverseName(primaryIP) }] : [],
  auto_delete: primaryIP.autoDelete,
  assignee_type: primaryIP.assigneeID === null ? 'unassigned' : 'server',
  assignee_id: primaryIP.assigneeID,
  labels: primaryIP.labels,
  protection: primaryIP.protection,
})

const find = ({ project, params }: Call): PrimaryIP =>
  findByParam(project.primaryIPs, { what: 'Primary IP', id: params.id })

function listPrimaryIPs(call: Call): Answer {
  return listAnswer(call, {
    member: 'primary_ips',
    items: call.world.listed(call.project).primaryIPs.values(),
    sorts: { id: (one) => one.id, created: (one) => one.created },
    filters: { name: (one) => one.name, ip: (one) => one.ip },
    labels: (one) => one.labels,
    view,
  })
}

function createPrimaryIP(call: Call): Answer {
  const { world, project } = call
  const body = parseBody(createBody, call.body)
  const server = typeof body.assignee_id === 'number' ? assigneeOf(call, body.assignee_id) : undefined
  const location = body.location === undefined ? server?.location : findByIDOrName(locations, body.location)
  if (body.location !== undefined && server !== undefined) {
    throw invalidInput('give either a location or an assignee')
  }
  if (location === undefined) throw invalidField('location', locationProblem(body.location))
  if (isNameUsed(project.primaryIPs, body)) throw nameTaken('name is already used')
  checkPrimaryIPQuota(project, { count: 1, now: world.clock.now() })
  if (server !== undefined) checkAssignable(server, body.type)
  const { type, auto_delete: autoDelete } = body
  const primaryIP = allocatePrimaryIP(world, project, {
    name: body.name,
    type,
    location,
    autoDelete,
    labels: body.labels,
  })
  if (server === undefined) return created({ primary_ip: view(primaryIP) })
  const action = assign(call, { primaryIP, server })
  return created({ primary_ip: view(primaryIP), action: world.actions.view(action) })
}

const locationProblem = (location: string | number | undefined): string =>
  location === undefined ? 'missing data for required field' : `location '${location}' not found`

function assigneeOf({ project }: Call, serverID: number): Server {
  const server = project.servers.get(serverID)
  if (server === undefined) throw invalidField('assignee_id', `server with ID '${serverID}' not found`)
  return server
}

function checkAssignable(server: Server, type: PrimaryIP['type']): void {
  if (isLocked(server)) throw locked('server')
  if (server.status !== 'off') throw unprocessable('server_not_stopped', 'the server needs to be powered off')
  if (server[type] !== null) throw unprocessable(`server_has_${type}`, `the server already has an ${type} address`)
}

function updatePrimaryIP(call: Call): Answer {
  const { project } = call
  const primaryIP = find(call)
  const body = parseBody(updateBody, call.body)
  if (body.name !== undefined && isNameUsed(project.primaryIPs, { name: body.name, except: primaryIP })) {
    throw nameTaken('name is already used')
  }
  primaryIP.name = body.name ?? primaryIP.name
  primaryIP.labels = body.labels ?? primaryIP.labels
  primaryIP.autoDelete = body.auto_delete ?? primaryIP.autoDelete
  return ok({ primary_ip: view(primaryIP) })
}

function deletePrimaryIP(call: Call): Answer {
  const primaryIP = find(call)
  if (primaryIP.protection.delete) throw isProtected('Primary IP')
  if (primaryIP.assigneeID !== null) {
    throw unprocessable('must_be_unassigned', 'the Primary IP must be unassigned before it is deleted')
  }
  releasePrimaryIP(call.world, call.project, primaryIP)
  return noContent
}

function assignPrimaryIP(call: Call): Answer {
  const primaryIP = find(call)
  const body = parseBody(assignBody, call.body)
  if (primaryIP.assigneeID !== null) {
    throw unprocessable('primary_ip_already_assigned', 'the Primary IP is already assigned to a server')
  }
  const server = assigneeOf(call, body.assignee_id)
  if (server.location.id !== primaryIP.location.id) {
    throw unprocessable('primary_ip_datacenter_mismatch', 'the Primary IP is in a different location')
  }
  checkAssignable(server, primaryIP.type)
  return created({ action: call.world.actions.view(assign(call, { primaryIP, server })) })
}

interface Pair {
  primaryIP: PrimaryIP
  server: Server
}

const workOn = ({ world }: Call, { primaryIP, server }: Pair) => ({
  resources: [
    { id: primaryIP.id, type: 'primary_ip' as const },
    { id: server.id, type: 'server' as const },
  ],
  locks: [server],
  seconds: world.options.assignSeconds,
})

/** Both sides know of it at once, so that no second one can be given meanwhile. */
function assign(call: Call, pair: Pair): Action {
  const { primaryIP, server } = pair
  const link = (on: boolean) => {
    primaryIP.assigneeID = on ? server.id : null
    server[primaryIP.type] = on ? primaryIP.id : null
  }
  link(true)
  const ends = { succeed: () => {}, fail: () => link(false) }
  return call.world.actions.start(call.project, { ...workOn(call, pair), command: 'assign_primary_ip', ...ends })
}

function unassignPrimaryIP(call: Call): Answer {
  const primaryIP = find(call)
  const server = primaryIP.assigneeID === null ? undefined : call.project.servers.get(primaryIP.assigneeID)
  if (server === undefined) throw unprocessable('primary_ip_not_assigned', 'the Primary IP is not assigned')
  if (isLocked(server)) throw locked('server')
  if (server.status !== 'off') throw unprocessable('server_not_stopped', 'the server needs to be powered off')
  const succeed = () => {
    primaryIP.assigneeID = null
    server[primaryIP.type] = null
  }
  const work = { ...workOn(call, { primaryIP, server }), command: 'unassign_primary_ip', succeed }
  return created({ action: call.world.actions.view(call.world.actions.start(call.project, work)) })
}
