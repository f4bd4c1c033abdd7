// The endpoints of private networks. While one changes, other changes of it are refused as a conflict.

import { z } from 'zod'
import { type Answer, type Call, created, type Endpoint, noContent, ok } from './endpoint.ts'
import { ApiFailure, isProtected, nameTaken } from './errors.ts'
import { findByParam, id, isNameUsed, labels, parseBody } from './input.ts'
import { checkNetworkRange, checkRoute, gatewayOf, planSubnet } from './network-plan.ts'
import { listAnswer } from './paging.ts'
import { isLocked, type Listed, type Network } from './state.ts'
import { timestamp } from './timestamp.ts'

const name = z.string().min(1).max(128)

export const subnetBody = z.strictObject({
  type: z.enum(['cloud', 'server', 'vswitch']),
  network_zone: z.string(),
  ip_range: z.string().optional(),
  vswitch_id: id.optional(),
})

export const routeBody = z.strictObject({ destination: z.string(), gateway: z.string() })

const createBody = z.strictObject({
  name,
  ip_range: z.string(),
  labels: labels.default({}),
  subnets: z.array(subnetBody).default([]),
  routes: z.array(routeBody).default([]),
  expose_routes_to_vswitch: z.boolean().default(false),
})

const updateBody = z.strictObject({
  name: name.optional(),
  labels: labels.optional(),
  expose_routes_to_vswitch: z.boolean().optional(),
})

export const networkEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/networks', handle: listNetworks },
  { method: 'POST', path: '/networks', handle: createNetwork },
  { method: 'GET', path: '/networks/:id', handle: (call) => answer(call, findNetwork(call)) },
  { method: 'PUT', path: '/networks/:id', handle: updateNetwork },
  { method: 'DELETE', path: '/networks/:id', handle: deleteNetwork },
]

export const findNetwork = ({ project, params }: Call): Network =>
  findByParam(project.networks, { what: 'network', id: params.id })

const answer = ({ project }: Call, network: Network): Answer => ok({ network: view(network, project) })

const view = (network: Network, { servers }: Listed): object => ({
  id: network.id,
  name: network.name,
  created: timestamp(network.created),
  ip_range: network.ipRange,
  subnets: network.subnets.map((subnet) => ({ ...subnet, gateway: gatewayOf(network) })),
  routes: network.routes,
  servers: [...servers.values()]
    .filter(({ networks }) => networks.some((one) => one.network === network.id && one.attached))
    .map((server) => server.id),
  load_balancers: [],
  expose_routes_to_vswitch: network.exposeRoutesToVSwitch,
  protection: network.protection,
  labels: network.labels,
})

function listNetworks(call: Call): Answer {
  const listed = call.world.listed(call.project)
  return listAnswer(call, {
    member: 'networks',
    items: listed.networks.values(),
    sorts: { id: (one) => one.id, name: (one) => one.name, created: (one) => one.created },
    filters: { name: (one) => one.name },
    labels: (one) => one.labels,
    view: (network) => view(network, listed),
  })
}

function createNetwork(call: Call): Answer {
  const { world, project } = call
  const body = parseBody(createBody, call.body)
  checkNetworkRange(body.ip_range)
  if (isNameUsed(project.networks, body)) throw nameTaken('name is already used')
  const network: Network = {
    id: world.nextID('network'),
    name: body.name,
    created: world.clock.now(),
    labels: body.labels,
    ipRange: body.ip_range,
    subnets: [],
    routes: [],
    exposeRoutesToVSwitch: body.expose_routes_to_vswitch,
    protection: { delete: false },
    runningActions: 0,
  }
  for (const subnet of body.subnets) network.subnets.push(planSubnet(network, subnet))
  for (const route of body.routes) {
    checkRoute(network, route)
    network.routes.push(route)
  }
  project.networks.set(network.id, network)
  return created({ network: view(network, project) })
}

/** Throws 409 while a change is under way. */
export function checkUnchanging(network: Network): void {
  if (!isLocked(network)) return
  throw new ApiFailure({ status: 409, code: 'conflict', message: 'the network is being changed, try again' })
}

function updateNetwork(call: Call): Answer {
  const { project } = call
  const network = findNetwork(call)
  const body = parseBody(updateBody, call.body)
  checkUnchanging(network)
  if (body.name !== undefined && isNameUsed(project.networks, { name: body.name, except: network })) {
    throw nameTaken('name is already used')
  }
  network.name = body.name ?? network.name
  network.labels = body.labels ?? network.labels
  network.exposeRoutesToVSwitch = body.expose_routes_to_vswitch ?? network.exposeRoutesToVSwitch
  return answer(call, network)
}

/** Servers lose it at once; what was under way with it fails. */
function deleteNetwork(call: Call): Answer {
  const { world, project } = call
  const network = findNetwork(call)
  checkUnchanging(network)
  if (network.protection.delete) throw isProtected('network')
  world.actions.abandon(project, { type: 'network', id: network.id })
  for (const server of project.servers.values()) {
    server.networks = server.networks.filter((one) => one.network !== network.id)
  }
  project.networks.delete(network.id)
  return noContent
}
