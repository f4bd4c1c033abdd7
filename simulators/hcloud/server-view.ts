// How servers and what they embed look in an answer. The datacenter and the old deprecation members are gone.

import { ipv4Name, reverseRecords } from './reverse-names.ts'
import { type Image, type Location, type Offer, type ServerType, serverTypes } from './seed.ts'
import type { Attachment, Listed, PlacementGroup, Server } from './state.ts'
import { timestamp } from './timestamp.ts'
import type { World } from './world.ts'

const vatRate = 0.19
const overseasFactor = 1.2
const hoursAMonth = 730

/** Decimal strings, as the API gives every amount of money. */
export const price = (net: number): { net: string; gross: string } => ({
  net: net.toFixed(10),
  gross: (net * (1 + vatRate)).toFixed(10),
})

export function serverView(server: Server, { listed, world }: { listed: Listed; world: World }): object {
  const ipv4 = server.ipv4 === null ? undefined : listed.primaryIPs.get(server.ipv4)
  const ipv6 = server.ipv6 === null ? undefined : listed.primaryIPs.get(server.ipv6)
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    created: timestamp(server.created),
    public_net: {
      ipv4: ipv4 === undefined ? null : { id: ipv4.id, ip: ipv4.ip, blocked: false, dns_ptr: ipv4Name(ipv4) },
      ipv6: ipv6 === undefined ? null : { id: ipv6.id, ip: ipv6.ip, blocked: false, dns_ptr: reverseRecords(ipv6) },
      floating_ips: [],
      firewalls: server.firewalls,
    },
    private_net: server.networks.filter(({ attached }) => attached).map(attachmentView),
    server_type: serverTypeView(server.type, world),
    location: server.location,
    image: imageView(server.image),
    iso: null,
    placement_group: groupOf(server, listed),
    rescue_enabled: false,
    locked: server.runningActions > 0,
    backup_window: server.backupWindow,
    outgoing_traffic: 0,
    ingoing_traffic: 0,
    included_traffic: includedTraffic(server.location),
    protection: server.protection,
    labels: server.labels,
    volumes: volumesOf(server, listed),
    load_balancers: [],
    primary_disk_size: server.diskGB,
  }
}

const attachmentView = ({ network, ip, aliasIPs, macAddress }: Attachment): object => ({
  network,
  ip,
  alias_ips: aliasIPs,
  mac_address: macAddress,
})

const volumesOf = (server: Server, { volumes }: Listed): number[] =>
  [...volumes.values()].filter(({ serverID }) => serverID === server.id).map(({ id }) => id)

function groupOf(server: Server, listed: Listed): object | null {
  const group = server.placementGroup === null ? undefined : listed.placementGroups.get(server.placementGroup)
  return group === undefined ? null : placementGroupView(group, listed)
}

export const placementGroupView = (group: PlacementGroup, { servers }: Listed): object => ({
  id: group.id,
  name: group.name,
  labels: group.labels,
  type: group.type,
  created: timestamp(group.created),
  servers: [...servers.values()].filter(({ placementGroup }) => placementGroup === group.id).map(({ id }) => id),
})

export function serverTypeView(type: ServerType, world: World): object {
  return {
    id: type.id,
    name: type.name,
    description: type.description,
    category: type.category,
    cores: type.cores,
    memory: type.memory,
    disk: type.disk,
    prices: typePrices(type),
    storage_type: 'local',
    cpu_type: type.cpuType,
    architecture: type.architecture,
    locations: type.offers.map((offer) => offerView(offer, { type, world })),
  }
}

const offerView = ({ location, deprecation }: Offer, { type, world }: { type: ServerType; world: World }): object => ({
  id: location.id,
  name: location.name,
  deprecation,
  available: isBuyable(deprecation, world) && !world.faults.isUnavailable({ type: type.name, location: location.name }),
  recommended: deprecation === null,
})

/** What is deprecated can be bought until its last day. */
export const isBuyable = (deprecation: { unavailable_after: string } | null, { clock }: World): boolean =>
  deprecation === null || clock.now() < Date.parse(deprecation.unavailable_after)

const terabyte = 1024 ** 4

const includedTraffic = ({ network_zone }: Location): number => (network_zone === 'eu-central' ? 20 : 1) * terabyte

const calculatePrices = (type: ServerType): object[] =>
  type.offers.map(({ location }) => {
    const monthly = type.monthlyNet * (location.network_zone === 'eu-central' ? 1 : overseasFactor)
    return {
      location: location.name,
      price_hourly: price(monthly / hoursAMonth),
      price_monthly: price(monthly),
      included_traffic: includedTraffic(location),
      price_per_tb_traffic: price(location.name === 'sin' ? 7.4 : 1),
    }
  })

// Servers embed their type with all its prices, in every list: they are calculated once.
const pricesByType = new Map(serverTypes.map((type) => [type, calculatePrices(type)]))

export const typePrices = (type: ServerType): readonly object[] => pricesByType.get(type) ?? calculatePrices(type)

export const imageView = (image: Image): object => ({
  id: image.id,
  type: 'system',
  status: 'available',
  name: image.name,
  description: image.description,
  image_size: null,
  disk_size: 5,
  created: image.created,
  created_from: null,
  bound_to: null,
  os_flavor: image.flavor,
  os_version: image.version,
  rapid_deploy: true,
  protection: { delete: false },
  deprecation: image.deprecation,
  deleted: null,
  labels: {},
  architecture: image.architecture,
})
