// The marker: one shared firewall per cluster and Hetzner project. It admits the webhook ports, and it is the account's
// identity, because the vendor has no way to ask "which project is this token for".

import { z } from 'zod'
import { classify } from './classification.ts'
import { type Api, parse } from './client.ts'
import type { Firewall } from './domain.ts'
import { HcloudError, hasCode } from './errors.ts'
import { firewallSchema, listFirewalls, ruleToWire, sameRules } from './firewalls.ts'
import type { Identity } from './identity.ts'

type Marker = Identity['marker']

/** Live. Of two (which a renamed one makes possible) the smaller id counts, for every process alike. */
export async function lookUpMarker(api: Api, marker: Marker): Promise<readonly Firewall[]> {
  const found = await listFirewalls(api, { label_selector: marker.selector })
  return [...found].sort((a, b) => a.id - b.id)
}

/** Finds the marker or makes it, and mends it where it differs. One look at least, before any write (R8). */
export async function ensureMarker(api: Api, marker: Marker): Promise<number> {
  const [found] = await lookUpMarker(api, marker)
  const firewall = found ?? (await create(api, marker))
  await mend(api, firewall, marker)
  return firewall.id
}

async function create(api: Api, marker: Marker): Promise<Firewall> {
  try {
    const { data } = await api.POST('/firewalls', {
      body: {
        name: marker.name,
        labels: { ...marker.labels },
        rules: marker.rules.map(ruleToWire),
        apply_to: [target(marker)],
      },
    })
    return parse(z.object({ firewall: firewallSchema }), data, { write: true }).firewall
  } catch (error) {
    // The name is the fence: another process was faster, or somebody else has it.
    if (hasCode(error, 'uniqueness_error')) return holderOfName(api, marker)
    throw error
  }
}

async function holderOfName(api: Api, marker: Marker): Promise<Firewall> {
  const [holder] = await listFirewalls(api, { name: marker.name })
  if (holder === undefined) {
    throw new HcloudError({
      ...classify('conflict'),
      code: 'conflict',
      message: `Cannot create firewall ${marker.name}: its name is taken, but nothing of that name is listed yet`,
    })
  }
  const isOurs = Object.entries(marker.labels).every(([key, value]) => holder.labels[key] === value)
  if (isOurs) return holder
  throw new HcloudError({
    ...classify('marker_name_taken'),
    code: 'marker_name_taken',
    message: `Cannot create firewall ${marker.name}: a firewall of that name exists without our labels`,
  })
}

async function mend(api: Api, firewall: Firewall, marker: Marker): Promise<void> {
  const path = { id: firewall.id }
  if (!sameRules(firewall.rules, marker.rules)) {
    const body = { rules: marker.rules.map(ruleToWire) }
    await api.POST('/firewalls/{id}/actions/set_rules', { params: { path }, body })
  }
  if (firewall.selectors.some((selector) => sameSelector(selector, marker.applyTo))) return
  try {
    const body = { apply_to: [target(marker)] }
    await api.POST('/firewalls/{id}/actions/apply_to_resources', { params: { path }, body })
  } catch (error) {
    if (!hasCode(error, 'firewall_already_applied')) throw error
  }
}

const target = (marker: Marker) => ({
  type: 'label_selector' as const,
  label_selector: { selector: marker.applyTo },
})

/** `=` and `==` mean the same, and spaces nothing. */
const sameSelector = (a: string, b: string) => normalize(a) === normalize(b)
const normalize = (selector: string) => selector.replaceAll('==', '=').replaceAll(' ', '').split(',').sort().join(',')
