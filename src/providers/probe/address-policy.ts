// Which addresses a probe may connect to: public unicast IPv4 only, so that no answer of a provider can turn the
// operator into a way into its own network.

import { BlockList, isIPv4 } from 'node:net'

/** IANA's special-purpose IPv4 blocks that are not globally reachable, with multicast and the reserved end. */
const notGlobal = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [, address = '', prefix = ''] = /^([0-9.]+)\/([0-9]{1,2})$/.exec(range) ?? []
    if (!isIPv4(address) || Number(prefix) > 32) throw new Error(`Cannot allow range ${range}: not an IPv4 CIDR`)
    list.addSubnet(address, Number(prefix), 'ipv4')
  }
  return list
}

/**
 * A check for addresses, true when one may be connected to. `allowRanges` (CIDRs, from a lab flag) are let through
 * although they are not global. Everything that is not a plain dotted IPv4 address is refused, IPv6 with IPv4 inside too.
 */
export function createAddressPolicy(allowRanges: readonly string[]): (address: string) => boolean {
  const blocked = blockList(notGlobal)
  const allowed = blockList(allowRanges)
  return (address) => isIPv4(address) && (allowed.check(address, 'ipv4') || !blocked.check(address, 'ipv4'))
}
