// Firewalls on the wire.

import { z } from 'zod'
import type { components } from './api.gen.ts'
import type { ListFilter } from './book.ts'
import { type Api, property, readPages } from './client.ts'
import type { Firewall, FirewallRule } from './domain.ts'

const ruleSchema = z
  .object({
    direction: z.enum(['in', 'out']),
    protocol: z.enum(['tcp', 'udp', 'icmp', 'esp', 'gre']),
    port: z.string().nullish(),
    source_ips: z.array(z.string()),
    destination_ips: z.array(z.string()),
    description: z.string().nullish(),
  })
  .transform(
    (wire): FirewallRule => ({
      direction: wire.direction,
      protocol: wire.protocol,
      ...(wire.port == null ? {} : { port: wire.port }),
      ...(wire.direction === 'in' ? { sourceIPs: wire.source_ips } : { destinationIPs: wire.destination_ips }),
      ...(wire.description == null ? {} : { description: wire.description }),
    }),
  )

export const firewallSchema = z
  .object({
    id: z.number().int(),
    name: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    rules: z.array(ruleSchema),
    applied_to: z.array(z.object({ type: z.string(), label_selector: z.object({ selector: z.string() }).optional() })),
  })
  .transform(
    ({ applied_to: targets, ...wire }): Firewall => ({
      ...wire,
      selectors: targets.flatMap(({ label_selector: target }) => (target === undefined ? [] : [target.selector])),
    }),
  )

export function listFirewalls(api: Api, filter: ListFilter): Promise<readonly Firewall[]> {
  return readPages({
    key: 'firewalls',
    item: firewallSchema,
    read: (page) => api.GET('/firewalls', { params: { query: { ...filter, ...page, sort: ['id:asc'] } } }),
  })
}

export async function getFirewall(api: Api, id: number): Promise<Firewall> {
  const { data } = await api.GET('/firewalls/{id}', { params: { path: { id } } })
  return property(data, 'firewall', firewallSchema)
}

export function ruleToWire(rule: FirewallRule): components['schemas']['FirewallRuleInput'] {
  return {
    direction: rule.direction,
    protocol: rule.protocol,
    ...(rule.port === undefined ? {} : { port: rule.port }),
    ...(rule.sourceIPs === undefined ? {} : { source_ips: [...rule.sourceIPs] }),
    ...(rule.destinationIPs === undefined ? {} : { destination_ips: [...rule.destinationIPs] }),
    ...(rule.description === undefined ? {} : { description: rule.description }),
  }
}

/** Whether two lists of rules let the same traffic pass; their order and descriptions change nothing. */
export function sameRules(a: readonly FirewallRule[], b: readonly FirewallRule[]): boolean {
  const print = (rules: readonly FirewallRule[]) => JSON.stringify(rules.map(printRule).sort())
  return print(a) === print(b)
}

const printRule = ({ direction, protocol, port, sourceIPs = [], destinationIPs = [] }: FirewallRule) =>
  JSON.stringify([direction, protocol, port, [...sourceIPs].sort(), [...destinationIPs].sort()])
