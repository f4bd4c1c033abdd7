// Addresses for Primary IPs: real loopback IPv4 addresses, and IPv6 networks from the documentation prefix.

import { formatIPv4, parseRange } from './ipv4-range.ts'

export interface Addresses {
  /** The next IPv4 address of the range that `taken` does not know. Walks the range, so none comes back soon. */
  nextIPv4(taken: (ip: string) => boolean): string
  /** A /64 in CIDR notation. */
  nextIPv6(): string
}

export interface AddressesDeps {
  /** Uniform in [0, 1): where the walk begins, so that simulators side by side on one machine rarely meet. */
  random(): number
  /** IPv4 CIDR. */
  range: string
}

export function createAddresses({ random, range }: AddressesDeps): Addresses {
  const parsed = parseRange(range)
  if (parsed === undefined)
    throw new RangeError(`Cannot take addresses from ${range}: not an IPv4 range in CIDR notation`)
  const { first, size } = parsed
  let at = Math.floor(random() * size)
  let network = Math.floor(random() * 0xffff) * 0x10000

  function step(): string {
    at = (at + 1) % size
    return formatIPv4(first + at)
  }

  return {
    nextIPv4(taken) {
      for (let tries = 0; tries < size; tries++) {
        const ip = step()
        const isHost = !/\.(0|255)$/.test(ip)
        if (isHost && !taken(ip)) return ip
      }
      throw new Error(`Cannot allocate an address: ${range} is used up`)
    },
    nextIPv6() {
      network = (network + 1) % 0x100000000
      return `2001:db8:${(network >>> 16).toString(16)}:${(network & 0xffff).toString(16)}::/64`
    },
  }
}
