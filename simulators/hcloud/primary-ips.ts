// The endpoints of Primary IPs. One is bound to its location; it is free, or held by a server.

import { z } from 'zod'
import { type Answer, type Call, created, type Endpoint, noContent, ok } from './endpoint.ts'
import { invalidField, invalidInput, isProtected, nameTaken, unprocessable } from './errors.ts'
import { findByIDOrName, findByParam, id, idOrName, isNameUsed, labels, parseBody } from './input.ts'
import { listAnswer } from './paging.ts'
import { assigneeOf, assignWork, checkAssignable } from './primary-ip-assignment.ts'
import { allocatePrimaryIP, checkPrimaryIPQuota, releasePrimaryIP } from './primary-ip-pool.ts'
import { reverseRecords } from './reverse-names.ts'
import { locations } from './seed.ts'
import type { PrimaryIP } from './state.ts'
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

export const primaryIPEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/primary_ips', handle: listPrimaryIPs },
  { method: 'POST', path: '/primary_ips', handle: createPrimaryIP },
  { method: 'GET', path: '/primary_ips/:id', handle: (call) => ok({ primary_ip: view(findPrimaryIP(call)) }) },
  { method: 'PUT', path: '/primary_ips/:id', handle: updatePrimaryIP },
  { method: 'DELETE', path: '/primary_ips/:id', handle: deletePrimaryIP },
]

const view = (primaryIP: PrimaryIP): object => ({
  id: primaryIP.id,
  name: primaryIP.name,
  type: primaryIP.type,
  ip: primaryIP.ip,
  location: primaryIP.location,
  created: timestamp(primaryIP.created),
  blocked: false,
  dns_ptr: reverseRecords(primaryIP),
  auto_delete: primaryIP.autoDelete,
  assignee_type: primaryIP.assigneeID === null ? 'unassigned' : 'server',
  assignee_id: primaryIP.assigneeID,
  labels: primaryIP.labels,
  protection: primaryIP.protection,
})

export const findPrimaryIP = ({ project, params }: Call): PrimaryIP =>
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
  const action = world.actions.start(project, assignWork(call, { primaryIP, server }))
  return created({ primary_ip: view(primaryIP), action: world.actions.view(action) })
}

const locationProblem = (location: string | number | undefined): string =>
  location === undefined ? 'missing data for required field' : `location '${location}' not found`

function updatePrimaryIP(call: Call): Answer {
  const { project } = call
  const primaryIP = findPrimaryIP(call)
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
  const primaryIP = findPrimaryIP(call)
  if (primaryIP.protection.delete) throw isProtected('Primary IP')
  if (primaryIP.assigneeID !== null) {
    throw unprocessable('must_be_unassigned', 'the Primary IP must be unassigned before it is deleted')
  }
  releasePrimaryIP(call.world, call.project, primaryIP)
  return noContent
}
