// Primary IPs: each at one server at most, both sides always agree, and only servers that are off take them or let go.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdsAgainst, outcome, pickOf, rest, type Step } from './model.ts'
import type { Body, Lab } from './support.ts'

type Family = 'ipv4' | 'ipv6'

interface Address {
  type: Family
  server: number | null
  /** Goes with its server. */
  implicit: boolean
}

interface Model {
  addresses: Map<number, Address>
  servers: Map<number, { on: boolean }>
  /** Servers with an action under way: locked until the next rest, when this happens to them. */
  busy: Map<number, () => void>
}

const pick = fc.nat(4)
const family = fc.constantFrom<Family>('ipv4', 'ipv6')

const heldBy = ({ addresses }: Model, server: number, type: Family): number | null =>
  [...addresses].find(([, one]) => one.server === server && one.type === type)?.[0] ?? null

const makeAddress = family.map(
  (type): Step<Model> => ({
    text: `make an ${type} address`,
    async run({ addresses }, { api }) {
      const answer = await api('POST', '/primary_ips', { name: `ip-${addresses.size}-${type}`, type, location: 'nbg1' })
      if (outcome(answer) === 'uniqueness_error') return
      expect(outcome(answer)).toBe(201)
      addresses.set(answer.body.primary_ip.id, { type, server: null, implicit: false })
    },
  }),
)

const publicNets = [
  { enable_ipv4: true, enable_ipv6: true },
  { enable_ipv4: false, enable_ipv6: false },
  { enable_ipv4: false, enable_ipv6: true },
]

const makeServer = fc.record({ net: fc.constantFrom(...publicNets), given: fc.option(pick) }).map(
  ({ net, given }): Step<Model> => ({
    text: `make a server with ${JSON.stringify(net)}, given ${given}`,
    async run(model, lab) {
      const address = given === null ? undefined : pickOf(model.addresses, given)
      const wanted = address && { [`enable_${address[1].type}`]: true, [address[1].type]: address[0] }
      const answer = await lab.api('POST', '/servers', {
        ...{ name: `server-${lab.clock.now()}-${model.servers.size}`, server_type: 'cx23', image: 'debian-13' },
        ...{ location: 'nbg1', start_after_create: false, public_net: { ...net, ...wanted } },
      })
      if (address !== undefined && address[1].server !== null) {
        return expect(outcome(answer)).toBe('primary_ip_assigned')
      }
      expect(outcome(answer)).toBe(201)
      await rest(lab)
      settle(model)
      adopt(model, answer.body.server)
      if (address !== undefined) expect(heldBy(model, answer.body.server.id, address[1].type)).toBe(address[0])
    },
  }),
)

/** Addresses that nobody has seen before came with the server. */
function adopt({ addresses, servers }: Model, server: Body): void {
  servers.set(server.id, { on: false })
  for (const type of ['ipv4', 'ipv6'] as const) {
    const id = server.public_net[type]?.id
    if (id === undefined) continue
    const known = addresses.get(id)
    addresses.set(id, { type, server: server.id, implicit: known?.implicit ?? true })
  }
}

function settle({ busy }: Model): void {
  for (const end of busy.values()) end()
  busy.clear()
}

const wait = fc.constant<Step<Model>>({
  text: 'wait',
  async run(model, lab) {
    await rest(lab)
    settle(model)
  },
})

/** Why a server cannot change its addresses now, if it cannot. */
function refusal({ busy, servers }: Model, server: number): string | undefined {
  if (busy.has(server)) return 'locked'
  return servers.get(server)?.on ? 'server_not_stopped' : undefined
}

const assign = fc.record({ ip: pick, to: pick }).map(
  (o): Step<Model> => ({
    text: `assign address ${o.ip} to server ${o.to}`,
    async run(model, { api }) {
      const [id, address] = pickOf(model.addresses, o.ip) ?? []
      const server = pickOf(model.servers.keys(), o.to)
      if (id === undefined || address === undefined || server === undefined) return
      const body = { assignee_type: 'server', assignee_id: server }
      const answer = outcome(await api('POST', `/primary_ips/${id}/actions/assign`, body))
      if (address.server !== null) return expect(answer).toBe('primary_ip_already_assigned')
      const held = heldBy(model, server, address.type) === null ? undefined : `server_has_${address.type}`
      expect(answer).toBe(refusal(model, server) ?? held ?? 201)
      if (answer !== 201) return
      address.server = server
      model.busy.set(server, () => {})
    },
  }),
)

const unassign = pick.map(
  (ip): Step<Model> => ({
    text: `unassign address ${ip}`,
    async run(model, { api }) {
      const [id, address] = pickOf(model.addresses, ip) ?? []
      if (id === undefined || address === undefined) return
      const { server } = address
      const answer = outcome(await api('POST', `/primary_ips/${id}/actions/unassign`))
      if (server === null) return expect(answer).toBe('primary_ip_not_assigned')
      expect(answer).toBe(refusal(model, server) ?? 201)
      if (answer === 201) {
        model.busy.set(server, () => {
          address.server = null
        })
      }
    },
  }),
)

const deleteAddress = pick.map(
  (ip): Step<Model> => ({
    text: `delete address ${ip}`,
    async run({ addresses }, { api }) {
      const [id, address] = pickOf(addresses, ip) ?? []
      if (id === undefined || address === undefined) return
      const answer = outcome(await api('DELETE', `/primary_ips/${id}`))
      expect(answer).toBe(address.server === null ? 204 : 'must_be_unassigned')
      if (answer === 204) addresses.delete(id)
    },
  }),
)

const turn = fc.record({ which: pick, on: fc.boolean() }).map(
  ({ which, on }): Step<Model> => ({
    text: `turn server ${which} ${on ? 'on' : 'off'}`,
    async run(model, { api }) {
      const id = pickOf(model.servers.keys(), which)
      if (id === undefined) return
      const answer = outcome(await api('POST', `/servers/${id}/actions/${on ? 'poweron' : 'poweroff'}`))
      expect(answer).toBe(model.busy.has(id) ? 'locked' : 201)
      if (answer === 201) model.busy.set(id, () => model.servers.set(id, { on }))
    },
  }),
)

const deleteServer = pick.map(
  (which): Step<Model> => ({
    text: `delete server ${which}`,
    async run(model, { api }) {
      const id = pickOf(model.servers.keys(), which)
      if (id === undefined) return
      const answer = outcome(await api('DELETE', `/servers/${id}`))
      expect(answer).toBe(model.busy.has(id) ? 'locked' : 200)
      if (answer === 200) model.busy.set(id, () => forget(model, id))
    },
  }),
)

function forget({ addresses, servers }: Model, server: number): void {
  servers.delete(server)
  for (const [id, address] of addresses) {
    if (address.server !== server) continue
    address.server = null
    if (address.implicit) addresses.delete(id)
  }
}

async function compare(model: Model, { api }: Lab): Promise<void> {
  const { primary_ips: addresses } = (await api('GET', '/primary_ips?per_page=50')).body
  const { servers } = (await api('GET', '/servers?per_page=50')).body
  const seen = new Map(addresses.map((one: Body) => [one.id, one.assignee_id]))
  expect(seen).toEqual(new Map([...model.addresses].map(([id, { server }]) => [id, server])))
  expect(servers.map(({ id }: Body) => id)).toEqual([...model.servers.keys()])
  for (const { id, public_net: net, locked } of servers) {
    expect([net.ipv4?.id ?? null, net.ipv6?.id ?? null]).toEqual([heldBy(model, id, 'ipv4'), heldBy(model, id, 'ipv6')])
    expect(locked).toBe(model.busy.has(id))
  }
  expect(new Set(addresses.map((one: Body) => one.ip)).size).toBe(addresses.length)
}

describe('Primary IPs', () => {
  it('are where a model of them says, over any list of steps', async () => {
    const start = (): Model => ({ addresses: new Map(), servers: new Map(), busy: new Map() })
    const steps = [makeAddress, makeServer, wait, wait, assign, assign, unassign, deleteAddress, turn, deleteServer]
    await holdsAgainst({ steps, start, compare, longest: 40 })
  }, 60_000)
})
