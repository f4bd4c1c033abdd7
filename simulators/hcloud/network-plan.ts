// Where things fit in a private network: decisions about subnets, routes and addresses, refused as the API refuses them.

import { invalidField, unprocessable } from './errors.ts'
import {
  contains,
  formatIPv4,
  formatRange,
  holds,
  type IPv4Range,
  isPrivate,
  overlap,
  parseIPv4,
  parseRange,
} from './ipv4-range.ts'
import { locations } from './seed.ts'
import type { Attachment, Network, Subnet } from './state.ts'

const smallestNetwork = 256
const smallestSubnet = 4
const everywhere = '0.0.0.0/0'
/** The gateway of the public interface. */
const publicGateway = '172.31.1.1'

type Plan = Pick<Network, 'ipRange' | 'subnets' | 'routes'>

const known = (text: string): IPv4Range => parseRange(text) ?? { first: 0, size: 0 }

/** Throws 422 unless it is a private range of /24 or larger. */
export function checkNetworkRange(text: string): IPv4Range {
  const range = parseRange(text)
  if (range === undefined || !isPrivate(range)) throw invalidField('ip_range', 'must be a private range of RFC 1918')
  if (range.size < smallestNetwork) throw invalidField('ip_range', 'must be a /24 or larger')
  return range
}

/** Ranges only grow, and only at their end. */
export function checkGrownRange({ ipRange }: Plan, text: string): void {
  const [before, after] = [known(ipRange), checkNetworkRange(text)]
  if (after.first !== before.first || after.size < before.size) {
    throw invalidField('ip_range', 'can only be extended at its end')
  }
}

export interface SubnetWish {
  type: Subnet['type']
  network_zone: string
  ip_range?: string | undefined
  vswitch_id?: number | undefined
}

/** The subnet to add; without a range of its own it gets the first free /24. */
export function planSubnet(network: Plan, wish: SubnetWish): Subnet {
  if (!locations.some(({ network_zone: zone }) => zone === wish.network_zone)) {
    throw invalidField('network_zone', `network zone '${wish.network_zone}' not found`)
  }
  const isVSwitch = wish.type === 'vswitch'
  if (isVSwitch !== (wish.vswitch_id !== undefined)) {
    throw invalidField('vswitch_id', isVSwitch ? 'missing data for required field' : 'needs a subnet of type vswitch')
  }
  const range = wish.ip_range === undefined ? freeRange(network) : checkSubnetRange(network, wish.ip_range)
  const { type, network_zone: zone, vswitch_id: vswitch = null } = wish
  return { type, ip_range: formatRange(range), network_zone: zone, vswitch_id: vswitch }
}

function checkSubnetRange(network: Plan, text: string): IPv4Range {
  const range = parseRange(text)
  if (range === undefined || range.size < smallestSubnet) throw invalidField('ip_range', 'must be a /30 or larger')
  if (!contains(known(network.ipRange), range)) throw invalidField('ip_range', 'must be inside the network')
  if (isTaken(network, range)) throw invalidField('ip_range', 'overlaps with another subnet or route')
  return range
}

function freeRange(network: Plan): IPv4Range {
  const { first, size } = known(network.ipRange)
  for (let at = first; at < first + size; at += smallestNetwork) {
    const range = { first: at, size: smallestNetwork }
    if (!isTaken(network, range)) return range
  }
  throw unprocessable('no_subnet_available', 'the network has no free range left')
}

const isTaken = ({ subnets, routes }: Plan, range: IPv4Range): boolean =>
  subnets.some((one) => overlap(known(one.ip_range), range)) ||
  routes.some(({ destination }) => destination !== everywhere && overlap(known(destination), range))

/** Throws 422 unless the route leads out of the network's subnets, by a gateway inside the network. */
export function checkRoute(network: Plan, route: { destination: string; gateway: string }): void {
  const destination = parseRange(route.destination)
  const isDefault = route.destination === everywhere
  if (destination === undefined || !(isDefault || isPrivate(destination))) {
    throw invalidField('destination', 'must be a private range of RFC 1918, or 0.0.0.0/0')
  }
  const repeats = network.routes.some((one) => one.destination === route.destination)
  if (repeats || (!isDefault && (isTaken(network, destination) || holds(destination, parseIPv4(publicGateway) ?? 0)))) {
    throw invalidField('destination', 'overlaps with a subnet, with another route, or with the public gateway')
  }
  const range = known(network.ipRange)
  const gateway = parseIPv4(route.gateway)
  if (gateway === undefined || !holds(range, gateway) || gateway === range.first + 1) {
    throw invalidField('gateway', 'must be inside the network, and not its first address')
  }
}

/** The address of the network's own gateway: the first one that a host could have. */
export const gatewayOf = ({ ipRange }: Plan): string => formatIPv4(known(ipRange).first + 1)

export interface AddressWish {
  /** The network zone of the server. */
  zone: string
  ip?: string | undefined
  ip_range?: string | undefined
}

/** The address that a server gets; `taken`: all those in use in the network. */
export function planAddress(network: Plan, wish: AddressWish, taken: ReadonlySet<string>): string {
  const open = network.subnets.filter(
    (subnet) =>
      subnet.type !== 'vswitch' &&
      subnet.network_zone === wish.zone &&
      (wish.ip_range === undefined || subnet.ip_range === wish.ip_range),
  )
  if (open.length === 0) throw unprocessable('no_subnet_available', 'no subnet is available for the server')
  const ranges = open.map((subnet) => known(subnet.ip_range))
  if (wish.ip !== undefined) {
    const { ip } = wish
    if (!ranges.some((range) => isFree(network, { range, ip, taken }))) throw notAvailable(ip)
    return ip
  }
  const free = ranges.flatMap((range) => firstFree(network, range, taken) ?? [])[0]
  if (free === undefined) throw unprocessable('no_subnet_available', 'no address is left for the server')
  return free
}

const notAvailable = (ip: string) => unprocessable('ip_not_available', `IP '${ip}' is not available`)

/** The first and the last address of a subnet, and the gateway, belong to nobody. */
function isFree(network: Plan, o: { range: IPv4Range; ip: string; taken: ReadonlySet<string> }): boolean {
  const value = parseIPv4(o.ip)
  if (value === undefined || value <= o.range.first || value >= o.range.first + o.range.size - 1) return false
  return o.ip !== gatewayOf(network) && !o.taken.has(o.ip)
}

function firstFree(network: Plan, range: IPv4Range, taken: ReadonlySet<string>): string | undefined {
  for (let at = range.first + 1; at < range.first + range.size - 1; at++) {
    const ip = formatIPv4(at)
    if (isFree(network, { range, ip, taken })) return ip
  }
  return undefined
}

/** Throws 422 unless each alias is free in one of the subnets, and named once. */
export function checkAliases(network: Plan, aliases: readonly string[], taken: ReadonlySet<string>): void {
  const seen = new Set(taken)
  for (const ip of aliases) {
    if (!network.subnets.some((one) => isFree(network, { range: known(one.ip_range), ip, taken: seen }))) {
      throw notAvailable(ip)
    }
    seen.add(ip)
  }
}

/** Whether any attached server has an address in the subnet. */
export const isPopulated = (subnet: Subnet, attachments: readonly Attachment[]): boolean =>
  attachments
    .flatMap(({ ip, aliasIPs }) => [ip, ...aliasIPs])
    .some((ip) => holds(known(subnet.ip_range), parseIPv4(ip) ?? -1))

export const rangesOverlap = (a: Plan, b: Plan): boolean => overlap(known(a.ipRange), known(b.ipRange))
