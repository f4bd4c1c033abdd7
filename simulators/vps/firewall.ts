// Whether firewall rules let a connection in.

import { BlockList, isIPv4 } from 'node:net'
import type { FirewallRule } from '../kit/machines.ts'

/** No rules object at all means that no firewall applies; a list, even an empty one, admits only what it names. */
export function admits(rules: readonly FirewallRule[] | undefined, to: { port: number; from: string }): boolean {
  return rules === undefined || rules.some((rule) => admitsByRule(rule, to))
}

function admitsByRule(rule: FirewallRule, { port, from }: { port: number; from: string }): boolean {
  return (
    rule.direction === 'in' && rule.protocol === 'tcp' && isInRange(rule.port, port) && isFrom(rule.source_ips, from)
  )
}

function isInRange(range: string | null | undefined, port: number): boolean {
  if (range === 'any') return true
  const [first = '', last = first] = (range ?? '').split('-')
  return first !== '' && Number(first) <= port && port <= Number(last)
}

function isFrom(sources: readonly string[] = [], from: string): boolean {
  const family = isIPv4(from) ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  for (const source of sources) {
    const [network = '', prefix] = source.split('/')
    const sourceFamily = isIPv4(network) ? 'ipv4' : 'ipv6'
    if (sourceFamily === family) list.addSubnet(network, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family)
  }
  return list.check(from, family)
}
