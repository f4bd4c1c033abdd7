// Everything that is checked before a server exists, in the order in which the real API seems to check. Changes nothing.

import type { Call } from './endpoint.ts'
import {
  ApiFailure,
  invalidField,
  invalidInput,
  limitExceeded,
  nameTaken,
  unavailable,
  unprocessable,
} from './errors.ts'
import { chooseImage } from './image-choice.ts'
import { findByIDOrName, isNameUsed } from './input.ts'
import { checkPlacementGroup } from './placement-groups.ts'
import { checkPrimaryIPQuota } from './primary-ip-pool.ts'
import { type Image, type Location, locations, type ServerType, serverTypes } from './seed.ts'
import type { CreateServerBody } from './server-create-input.ts'
import { networkOf } from './server-networks.ts'
import { isBuyable } from './server-view.ts'
import type { Network, PrimaryIP, Volume } from './state.ts'
import { checkAttachable } from './volume-work.ts'

export interface Plan {
  type: ServerType
  location: Location
  image: Image
  ipv4: PrimaryIP | 'new' | null
  ipv6: PrimaryIP | 'new' | null
  networks: Network[]
  volumes: Volume[]
}

export function planServer(call: Call, body: CreateServerBody): Plan {
  const { world, project } = call
  const { networks, volumes } = checkReferences(call, body)
  const type = findByIDOrName(serverTypes, body.server_type)
  if (type === undefined) throw invalidField('server_type', `server type '${body.server_type}' not found`)
  const image = chooseImage(body.image, { type, world })
  const ipv4 = planAddress(call, { type: 'ipv4', enabled: body.public_net.enable_ipv4, wanted: body.public_net.ipv4 })
  const ipv6 = planAddress(call, { type: 'ipv6', enabled: body.public_net.enable_ipv6, wanted: body.public_net.ipv6 })
  if (ipv4 === null && ipv6 === null && networks.length === 0 && body.start_after_create) {
    throw invalidInput('server without a public and a private network cannot be started')
  }
  const given = [ipv4, ipv6].filter((ip) => typeof ip === 'object' && ip !== null)
  const location = findLocation(body, { type, given, call })
  if (given.some((ip) => ip.location.id !== location.id)) {
    throw unprocessable('primary_ip_datacenter_mismatch', 'the Primary IP is in a different location')
  }
  for (const volume of volumes) checkAttachable(volume, location)
  if (isNameUsed(project.servers, body)) throw nameTaken('server name is already used')
  const implicit = [ipv4, ipv6].filter((ip) => ip === 'new').length
  if (project.servers.size >= project.limits.servers) throw limitExceeded('server_limit', 'server limit exceeded')
  checkPrimaryIPQuota(project, { count: implicit, now: world.clock.now() })
  if (world.faults.refusesCreate({ type: type.name, location: location.name })) {
    throw unavailable('error during placement')
  }
  return { type, image, location, ipv4, ipv6, networks, volumes }
}

function checkReferences({ project }: Call, body: CreateServerBody): Pick<Plan, 'networks' | 'volumes'> {
  for (const key of body.ssh_keys) {
    if (findByIDOrName(project.sshKeys.values(), key) === undefined) {
      throw invalidField('ssh_keys', `SSH key '${key}' not found`)
    }
  }
  for (const { firewall } of body.firewalls) {
    if (!project.firewalls.has(firewall)) throw invalidField('firewalls', `firewall with ID '${firewall}' not found`)
  }
  refuseRepeated(
    'firewalls',
    body.firewalls.map(({ firewall }) => firewall),
  )
  refuseRepeated('networks', body.networks)
  refuseRepeated('volumes', body.volumes)
  if (body.placement_group !== undefined) checkPlacementGroup(project, body.placement_group)
  return {
    networks: body.networks.map((one) => networkOf(project, one, 'networks')),
    volumes: body.volumes.map((one) => {
      const volume = project.volumes.get(one)
      if (volume === undefined) throw invalidField('volumes', `volume with ID '${one}' not found`)
      return volume
    }),
  }
}

function refuseRepeated(field: string, ids: readonly number[]): void {
  if (new Set(ids).size < ids.length) throw invalidField(field, 'must not name anything twice')
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
  body: CreateServerBody,
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
