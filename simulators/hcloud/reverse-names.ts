// Reverse names of public addresses: an IPv4 address always has one, an IPv6 address only when it was set.

import { BlockList, isIPv6 } from 'node:net'
import { z } from 'zod'
import { invalidField } from './errors.ts'
import { hostname } from './input.ts'
import type { PrimaryIP } from './state.ts'

/** The body of `change_dns_ptr`, of servers and of Primary IPs: `null` takes the name back. */
export const reverseNameBody = z.strictObject({ ip: z.string(), dns_ptr: hostname.nullish() })

const defaultName = (ip: string): string => `static.${ip.split('.').reverse().join('.')}.clients.your-server.de`

export const ipv4Name = ({ ip, reverseNames }: PrimaryIP): string => reverseNames[ip] ?? defaultName(ip)

/** As answers show them. */
export function reverseRecords(primaryIP: PrimaryIP): { ip: string; dns_ptr: string }[] {
  if (primaryIP.type === 'ipv4') return [{ ip: primaryIP.ip, dns_ptr: ipv4Name(primaryIP) }]
  return Object.entries(primaryIP.reverseNames).map(([ip, name]) => ({ ip, dns_ptr: name }))
}

/** Throws 422 when the address is none of them. */
export function holderOf(ip: string, candidates: readonly PrimaryIP[]): PrimaryIP {
  const holder = candidates.find((one) => covers(one, ip))
  if (holder === undefined) throw invalidField('ip', `IP '${ip}' not found`)
  return holder
}

function covers(primaryIP: PrimaryIP, ip: string): boolean {
  if (primaryIP.type === 'ipv4') return primaryIP.ip === ip
  const [prefix = '', bits = ''] = primaryIP.ip.split('/')
  const network = new BlockList()
  network.addSubnet(prefix, Number(bits), 'ipv6')
  return isIPv6(ip) && network.check(ip, 'ipv6')
}

export function setReverseName(primaryIP: PrimaryIP, { ip, name }: { ip: string; name: string | null }): void {
  const { [ip]: _, ...others } = primaryIP.reverseNames
  primaryIP.reverseNames = name === null ? others : { ...others, [ip]: name }
}
