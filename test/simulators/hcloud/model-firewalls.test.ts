// Firewalls: which servers they hold for, by id or by label; pending first, in force when things have come to rest.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdsAgainst, outcome, pickOf, rest, type Step } from './model.ts'
import type { Body, Lab } from './support.ts'

interface Firewall {
  id: number
  servers: Set<number>
  selectors: Set<string>
  rules: number
}

interface Model {
  /** Labels by server. */
  servers: Map<number, string[]>
  firewalls: Firewall[]
  /** Firewalls that are on their way off a server, until the next rest. */
  leaving: Map<number, Set<number>>
  atRest: boolean
}

type Target = { server: number } | { label: string }

const labelNames = ['a', 'b']
const pick = fc.nat(2)
const target = fc.oneof(
  pick.map((server) => ({ server })),
  fc.constantFrom(...labelNames).map((label) => ({ label })),
)

const isSelected = (model: Model, { selectors }: Firewall, server: number): boolean =>
  (model.servers.get(server) ?? []).some((label) => selectors.has(label))

const wanted = (model: Model, server: number): Firewall[] =>
  model.firewalls.filter((one) => one.servers.has(server) || isSelected(model, one, server))

/** Carries out a change of what is wanted; what is no longer wanted anywhere goes off slowly. */
function change(model: Model, apply: () => void): void {
  const ids = [...model.servers.keys()]
  const before = ids.map((server) => wanted(model, server))
  apply()
  for (const [index, server] of ids.entries()) {
    const after = wanted(model, server)
    const gone = before[index]?.filter((one) => !after.includes(one)) ?? []
    const leaving = model.leaving.get(server) ?? new Set()
    for (const { id } of gone) leaving.add(id)
    model.leaving.set(server, leaving)
  }
  model.atRest = false
}

const wait = fc.constant<Step<Model>>({
  text: 'wait',
  async run(model, lab) {
    await rest(lab)
    model.leaving.clear()
    model.atRest = true
  },
})

const rule = { direction: 'in', protocol: 'tcp', port: '8443', source_ips: ['0.0.0.0/0'] }

const make = fc.nat(3).map(
  (rules): Step<Model> => ({
    text: `make a firewall with ${rules} rules`,
    async run({ firewalls }, lab) {
      if (firewalls.length === 3) return
      const body = {
        name: `f-${lab.clock.now()}-${firewalls.length}`,
        rules: Array.from({ length: rules }, () => rule),
      }
      const answer = await lab.api('POST', '/firewalls', body)
      if (outcome(answer) === 'uniqueness_error') return
      firewalls.push({ id: answer.body.firewall.id, servers: new Set(), selectors: new Set(), rules })
    },
  }),
)

const resource = (model: Model, wish: Target): { body: object; key: number | string } | undefined => {
  if ('label' in wish) {
    return { key: wish.label, body: { type: 'label_selector', label_selector: { selector: wish.label } } }
  }
  const server = pickOf(model.servers.keys(), wish.server)
  return server === undefined ? undefined : { key: server, body: { type: 'server', server: { id: server } } }
}

const has = ({ servers, selectors }: Firewall, key: number | string): boolean =>
  typeof key === 'number' ? servers.has(key) : selectors.has(key)

const apply = fc.record({ pick, target }).map(
  (o): Step<Model> => ({
    text: `apply firewall ${o.pick} to ${JSON.stringify(o.target)}`,
    async run(model, { api }) {
      const firewall = pickOf(model.firewalls, o.pick)
      const to = resource(model, o.target)
      if (firewall === undefined || to === undefined) return
      const path = `/firewalls/${firewall.id}/actions/apply_to_resources`
      const answer = await api('POST', path, { apply_to: [to.body] })
      expect(outcome(answer)).toBe(has(firewall, to.key) ? 'firewall_already_applied' : 201)
      const { key } = to
      change(model, () => (typeof key === 'number' ? firewall.servers.add(key) : firewall.selectors.add(key)))
    },
  }),
)

const remove = fc.record({ pick, target }).map(
  (o): Step<Model> => ({
    text: `remove firewall ${o.pick} from ${JSON.stringify(o.target)}`,
    async run(model, { api }) {
      const firewall = pickOf(model.firewalls, o.pick)
      const from = resource(model, o.target)
      if (firewall === undefined || from === undefined) return
      const { key, body } = from
      const path = `/firewalls/${firewall.id}/actions/remove_from_resources`
      const answer = await api('POST', path, { remove_from: [body] })
      const managed = typeof key === 'number' && !firewall.servers.has(key) && isSelected(model, firewall, key)
      expect(outcome(answer)).toBe(managed ? 'firewall_managed_by_label_selector' : 201)
      if (managed) return
      change(model, () => (typeof key === 'number' ? firewall.servers.delete(key) : firewall.selectors.delete(key)))
    },
  }),
)

const label = fc.record({ pick, labels: fc.subarray(labelNames) }).map(
  (o): Step<Model> => ({
    text: `give server ${o.pick} the labels ${o.labels}`,
    async run(model, { api }) {
      const server = pickOf(model.servers.keys(), o.pick)
      if (server === undefined) return
      const labels = Object.fromEntries(o.labels.map((name) => [name, '']))
      expect(outcome(await api('PUT', `/servers/${server}`, { labels }))).toBe(200)
      change(model, () => model.servers.set(server, o.labels))
    },
  }),
)

const destroy = pick.map(
  (which): Step<Model> => ({
    text: `delete firewall ${which}`,
    async run(model, { api }) {
      const firewall = pickOf(model.firewalls, which)
      if (firewall === undefined) return
      const isLeaving = [...model.leaving.values()].some((ids) => ids.has(firewall.id))
      const inUse = firewall.servers.size > 0 || firewall.selectors.size > 0 || isLeaving
      expect(outcome(await api('DELETE', `/firewalls/${firewall.id}`))).toBe(inUse ? 'resource_in_use' : 204)
      if (!inUse) model.firewalls = model.firewalls.filter((one) => one !== firewall)
    },
  }),
)

async function compare(model: Model, { api, powered }: Lab): Promise<void> {
  const { servers } = (await api('GET', '/servers')).body
  for (const { id, public_net: net, locked } of servers) {
    const holding = wanted(model, id)
    const ids = new Set([...holding.map((one) => one.id), ...(model.leaving.get(id) ?? [])])
    expect(new Set(net.firewalls.map((one: Body) => one.id))).toEqual(ids)
    if (!model.atRest) continue
    expect(locked).toBe(false)
    for (const one of net.firewalls) expect(one.status).toBe('applied')
    const open = holding.length === 0 ? undefined : holding.reduce((sum, { rules }) => sum + rules, 0)
    expect(powered.get(id)?.rules()?.length).toBe(open)
  }
}

async function start({ runningServer }: Lab): Promise<Model> {
  const servers = [await runningServer(), await runningServer(), await runningServer()]
  return {
    ...{ servers: new Map(servers.map(({ id }) => [id, []])), firewalls: [] },
    ...{ leaving: new Map(), atRest: true },
  }
}

describe('firewalls', () => {
  it('hold where a model of them says, over any list of steps', async () => {
    const steps = [make, apply, apply, remove, label, label, destroy, wait]
    await holdsAgainst({ steps, start, compare, longest: 40 })
  }, 60_000)
})
