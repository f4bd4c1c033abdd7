// What a firewall may be told: rules whose ports and addresses fit their protocol and direction, and what to apply to.

import { isIP } from 'node:net'
import { z } from 'zod'
import { id, labels } from './input.ts'
import { parseSelector } from './labels.ts'
import type { Rule } from './state.ts'

const rulesPerFirewall = 50
const networksPerRule = 100
const effectiveRules = 500

function isNetwork(text: string): boolean {
  const [ip = '', bits = '', ...rest] = text.split('/')
  const family = isIP(ip)
  return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
}

function isPort(text: string): boolean {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (match === null) return false
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])]
  return first >= 1 && first <= last && last <= 65_535
}

const networks = z.array(z.string().refine(isNetwork, 'must be a network in CIDR notation')).max(networksPerRule)

const rule = z
  .strictObject({
    direction: z.enum(['in', 'out']),
    protocol: z.enum(['tcp', 'udp', 'icmp', 'esp', 'gre']),
    port: z.string().refine(isPort, 'must be a port or a range of ports').nullish(),
    source_ips: networks.default([]),
    destination_ips: networks.default([]),
    description: z.string().max(255).nullish(),
  })
  .superRefine((value, context) => {
    const hasPorts = value.protocol === 'tcp' || value.protocol === 'udp'
    const hasPort = typeof value.port === 'string'
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (hasPorts && !hasPort) refuse('port', 'is required for this protocol')
    if (!hasPorts && hasPort) refuse('port', 'must not be given for this protocol')
    const [used, unused] =
      value.direction === 'in'
        ? (['source_ips', 'destination_ips'] as const)
        : (['destination_ips', 'source_ips'] as const)
    if (value[used].length === 0) refuse(used, 'must not be empty for this direction')
    if (value[unused].length > 0) refuse(unused, 'must be empty for this direction')
  })
  .transform((value): Rule => ({ ...value, port: value.port ?? null, description: value.description ?? null }))

/** A rule counts once for each of its networks. */
const effective = (rules: readonly Rule[]): number =>
  rules.reduce((sum, { source_ips: from, destination_ips: to }) => sum + from.length + to.length, 0)

const rules = z
  .array(rule)
  .max(rulesPerFirewall)
  .refine((all) => effective(all) <= effectiveRules, `must not amount to more than ${effectiveRules} effective rules`)

const serverTarget = z.strictObject({ type: z.literal('server'), server: z.strictObject({ id }) })

const selectorTarget = z.strictObject({
  type: z.literal('label_selector'),
  label_selector: z.strictObject({
    selector: z.string().refine((text) => parseSelector(text) !== undefined, 'is not a valid label selector'),
  }),
})

const targets = z.array(z.discriminatedUnion('type', [serverTarget, selectorTarget]))

/** A server by id, or all servers that a label selector matches. */
export type Target = z.infer<typeof targets>[number]

const name = z.string().min(1).max(128)

export const createFirewallBody = z.strictObject({
  name,
  labels: labels.default({}),
  rules: rules.default([]),
  apply_to: targets.default([]),
})

export const updateFirewallBody = z.strictObject({ name: name.optional(), labels: labels.optional() })
export const setRulesBody = z.strictObject({ rules })
export const applyBody = z.strictObject({ apply_to: targets })
export const removeBody = z.strictObject({ remove_from: targets })
