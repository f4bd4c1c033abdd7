// POST /servers: everything that is checked before a server exists, in the order in which the real API seems to check.

import { z } from 'zod'
import { type Answer, type Call, created } from './endpoint.ts'
import {
  ApiFailure,
  invalidField,
  invalidInput,
  limitExceeded,
  nameTaken,
  unavailable,
  unprocessable,
} from './errors.ts'
import { findByIDOrName, hostname, id, idOrName, isNameUsed, labels, parseBody } from './input.ts'
import { allocatePrimaryIP, checkPrimaryIPQuota } from './primary-ip-pool.ts'
import { type Image, images, type Location, locations, type ServerType, serverTypes } from './seed.ts'
import type { Life } from './server-life.ts'
import { isBuyable, serverView } from './server-view.ts'
import type { PrimaryIP, Server } from './state.ts'

const userDataLimitBytes = 32_768
const firewallsPerServer = 5

const createBody = z.strictObject({
  name: hostname,
  server_type: idOrName,
  image: idOrName,
  location: idOrName.optional(),
  start_after_create: z.boolean().default(true),
  ssh_keys: z.array(idOrName).default([]),
  user_data: z
    .string()
    .refine(
      (text) => Buffer.byteLength(text) <= userDataLimitBytes,
      `length must be between 0 and ${userDataLimitBytes}`,
    )
    .default(''),
  labels: labels.default({}),
  firewalls: z
    .array(z.strictObject({ firewall: id }))
    .max(firewallsPerServer)
    .default([]),
  // Of these there are none to refer to yet.
  networks: z.array(id).default([]),
  volumes: z.array(id).default([]),
  placement_group: id.optional(),
  automount: z.boolean().optional(),
  public_net: z
    .strictObject({
      enable_ipv4: z.boolean().default(true),
      enable_ipv6: z.boolean().default(true),
      ipv4: id.nullish(),
      ipv6: id.nullish(),
    })
    .prefault({}),
})

type CreateBody = z.infer<typeof createBody>

export function createServer(call: Call, life: Life): Answer {
  const { world, project } = call
  const body = parseBody(createBody, call.body)
  const plan = planServer(call, body)
  const server: Server = {
    id: world.nextID('server'),
    name: body.name,
    status: 'initializing',
    created: world.clock.now(),
    type: plan.type,
    location: plan.location,
    image: plan.image,
    labels: body.labels,
    protection: { delete: false, rebuild: false },
    ipv4: null,
    ipv6: null,
    firewalls: body.firewalls.map(({ firewall }) => ({ id: firewall, status: 'pending' })),
    userData: body.user_data,
    runningActions: 0,
  }
  project.servers.set(server.id, server)
  for (const { firewall } of body.firewalls) project.firewalls.get(firewall)?.servers.push(server.id)
  attachAddresses(call, { server, plan })
  const { action, next } = life.create(project, { server, start: body.start_after_create })
  return created({
    server: serverView(server, { listed: project, world }),
    action: world.actions.view(action),
    next_actions: next.map(world.actions.view),
    root_password: body.ssh_keys.length > 0 ? null : randomPassword(world.random),
  })
}

interface Plan {
  type: ServerType
  location: Location
  image: Image
  ipv4: PrimaryIP | 'new' | null
  ipv6: PrimaryIP | 'new' | null
}

function planServer(call: Call, body: CreateBody): Plan {
  const { world, project } = call
  checkReferences(call, body)
  const type = findByIDOrName(serverTypes, body.server_type)
  if (type === undefined) throw invalidField('server_type', `server type '${body.server_type}' not found`)
  const image = findImage(body.image, { type, call })
  const ipv4 = planAddress(call, { type: 'ipv4', enabled: body.public_net.enable_ipv4, wanted: body.public_net.ipv4 })
  const ipv6 = planAddress(call, { type: 'ipv6', enabled: body.public_net.enable_ipv6, wanted: body.public_net.ipv6 })
  if (ipv4 === null && ipv6 === null && body.start_after_create) {
    throw invalidInput('server without a public and a private network cannot be started')
  }
  const given = [ipv4, ipv6].filter((ip) => typeof ip === 'object' && ip !== null)
  const location = findLocation(body, { type, given, call })
  if (given.some((ip) => ip.location.id !== location.id)) {
    throw unprocessable('primary_ip_datacenter_mismatch', 'the Primary IP is in a different location')
  }
  if (isNameUsed(project.servers, body)) throw nameTaken('server name is already used')
  const implicit = [ipv4, ipv6].filter((ip) => ip === 'new').length
  if (project.servers.size >= project.limits.servers) throw limitExceeded('server_limit', 'server limit exceeded')
  checkPrimaryIPQuota(project, { count: implicit, now: world.clock.now() })
  if (world.faults.refusesCreate({ type: type.name, location: location.name })) {
    throw unavailable('error during placement')
  }
  return { type, image, location, ipv4, ipv6 }
}

function checkReferences({ project }: Call, body: CreateBody): void {
  for (const key of body.ssh_keys) {
    if (findByIDOrName(project.sshKeys.values(), key) === undefined) {
      throw invalidField('ssh_keys', `SSH key '${key}' not found`)
    }
  }
  for (const { firewall } of body.firewalls) {
    if (!project.firewalls.has(firewall)) throw invalidField('firewalls', `firewall with ID '${firewall}' not found`)
  }
  if (new Set(body.firewalls.map(({ firewall }) => firewall)).size < body.firewalls.length) {
    throw invalidField('firewalls', 'must not repeat a firewall')
  }
  if (body.networks.length > 0) throw invalidField('networks', `network with ID '${body.networks[0]}' not found`)
  if (body.volumes.length > 0) throw invalidField('volumes', `volume with ID '${body.volumes[0]}' not found`)
  if (body.placement_group !== undefined) {
    throw invalidField('placement_group', `placement group with ID '${body.placement_group}' not found`)
  }
}

/** A name stands for one image an architecture; an id for exactly one. */
function findImage(key: string | number, { type, call }: { type: ServerType; call: Call }): Image {
  const byID = images.find((image) => image.id === Number(key))
  const found = byID ?? images.find((image) => image.name === key && image.architecture === type.architecture)
  if (found === undefined || !isBuyable(found.deprecation, call.world)) {
    throw invalidField('image', `image '${key}' not found`)
  }
  if (found.architecture !== type.architecture) throw invalidInput('image and server type have different architectures')
  return found
}

function planAddress(
  { project }: Call,
  o: { type: PrimaryIP['type']; enabled: boolean; wanted: number | null | undefined },
): PrimaryIP | 'new' | null {
  if (!o.enabled && typeof o.wanted === 'number') throw invalidField(`public_net.${o.type}`, 'is not enabled')
  if (!o.enabled) return null
  if (o.wanted === null || o.wanted === undefined) return 'new'
  const primaryIP = project.primaryIPs.get(o.wanted)
  if (primaryIP === undefined) throw invalidField(`public_net.${o.type}`, `Primary IP with ID '${o.wanted}' not found`)
  if (primaryIP.type !== o.type) {
    const message = 'the Primary IP has the wrong IP version'
    throw new ApiFailure({ status: 412, code: 'primary_ip_version_mismatch', message })
  }
  if (primaryIP.assigneeID !== null) {
    throw unprocessable('primary_ip_assigned', 'the Primary IP is already assigned to a server')
  }
  return primaryIP
}

/** Where to build: as asked, else where the given addresses are, else anywhere the type is sold. */
function findLocation(
  body: CreateBody,
  { type, given, call }: { type: ServerType; given: readonly PrimaryIP[]; call: Call },
): Location {
  const open = type.offers
    .filter(({ deprecation }) => isBuyable(deprecation, call.world))
    .map((offer) => offer.location)
  if (open.length === 0) throw invalidInput(`server type ${type.id} is deprecated`)
  const location =
    body.location === undefined
      ? (given[0]?.location ?? open[Math.floor(call.world.random() * open.length)])
      : findByIDOrName(locations, body.location)
  if (location === undefined) throw invalidField('location', `location '${body.location}' not found`)
  if (!open.includes(location)) throw invalidInput('unsupported location for server type')
  return location
}

function attachAddresses({ world, project }: Call, { server, plan }: { server: Server; plan: Plan }): void {
  for (const type of ['ipv4', 'ipv6'] as const) {
    const planned = plan[type]
    if (planned === null) continue
    const fresh = { type, location: plan.location, autoDelete: true }
    const primaryIP = planned === 'new' ? allocatePrimaryIP(world, project, fresh) : planned
    primaryIP.assigneeID = server.id
    server[type] = primaryIP.id
  }
}

const passwordLetters = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

const randomPassword = (random: () => number): string =>
  Array.from({ length: 20 }, () => passwordLetters[Math.floor(random() * passwordLetters.length)]).join('')
