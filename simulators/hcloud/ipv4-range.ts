// IPv4 addresses and ranges in CIDR notation, as numbers that can be compared.

import { isIPv4 } from 'node:net'

export interface IPv4Range {
  /** The first address. */
  first: number
  /** How many addresses. */
  size: number
}

/** `undefined`: not CIDR notation, or the address is not the first of its range. */
export function parseRange(text: string): IPv4Range | undefined {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text)
  const first = parseIPv4(match?.[1] ?? '')
  const bits = Number(match?.[2])
  if (first === undefined || bits > 32) return undefined
  const size = 2 ** (32 - bits)
  return first % size === 0 ? { first, size } : undefined
}

/** `undefined`: not an IPv4 address in its usual form. */
export const parseIPv4 = (text: string): number | undefined =>
  isIPv4(text) ? text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) : undefined

export const formatIPv4 = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')

export const formatRange = ({ first, size }: IPv4Range): string => `${formatIPv4(first)}/${32 - Math.log2(size)}`

export const contains = (outer: IPv4Range, inner: IPv4Range): boolean =>
  inner.first >= outer.first && inner.first + inner.size <= outer.first + outer.size

export const holds = ({ first, size }: IPv4Range, ip: number): boolean => ip >= first && ip < first + size

export const overlap = (a: IPv4Range, b: IPv4Range): boolean => contains(a, b) || contains(b, a)

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].flatMap((text) => parseRange(text) ?? [])

/** RFC 1918. */
export const isPrivate = (range: IPv4Range): boolean => privateRanges.some((one) => contains(one, range))
