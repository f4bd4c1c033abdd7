// What a Project costs at Hetzner: server and Primary IPv4, from the price list. Computed once per server type and location.

import type { ProjectStatus } from '../api/project.ts'
import type { Price, Pricing, ServerType } from '../providers/hcloud/domain.ts'
import { accessOf, type Pass } from './pass.ts'

/** Fills in the draft's cost when it is not there yet, or is another server's. A price list that cannot be read is no reason to stop. */
export async function estimateCost(pass: Pass): Promise<void> {
  const { project, draft, signal } = pass
  const unchanged = project.status?.server?.type === draft.server?.type && draft.cost !== undefined
  if (unchanged || draft.server === undefined) return
  const { catalog } = accessOf(pass).account
  try {
    const cost = monthlyCost({
      ...draft.server,
      types: await catalog.serverTypes(signal),
      pricing: await catalog.pricing(signal),
    })
    if (cost !== undefined) draft.cost = cost
  } catch {
    // The next pass asks again; the catalogue counts and classifies its own failures.
  }
}

/** Pure: the sum of server and address; undefined when the price list does not have one of them. */
export function monthlyCost(o: {
  type: string
  location: string
  types: readonly ServerType[]
  pricing: Pricing
}): ProjectStatus['cost'] | undefined {
  const server = o.types.find((type) => type.name === o.type)?.prices.find((price) => price.location === o.location)
  const ipv4 = o.pricing.primaryIPs
    .find((ip) => ip.type === 'ipv4')
    ?.prices.find((price) => price.location === o.location)
  if (server === undefined || ipv4 === undefined) return undefined
  return {
    currency: o.pricing.currency,
    hourlyNet: addNet([server.hourly, ipv4.hourly], 4),
    monthlyNet: addNet([server.monthly, ipv4.monthly], 2),
  }
}

/** Hetzner's prices are decimal strings with up to ten digits after the point; whole numbers of 10⁻¹⁰ add without error. */
const scale = 10

function addNet(prices: readonly Price[], digits: number): string {
  const sum = prices.reduce((total, { net }) => total + toUnits(net), 0n)
  const rounding = 10n ** BigInt(scale - digits)
  const rounded = (sum + rounding / 2n) / rounding
  const text = rounded.toString().padStart(digits + 1, '0')
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

function toUnits(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.split('.')
  return BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'))
}
