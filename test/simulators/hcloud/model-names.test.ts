// Names: unique within a kind and a Hetzner project, free again when their holder is gone, and never across kinds.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdsAgainst, outcome, pickOf, rest, type Step } from './model.ts'
import type { Body, Lab } from './support.ts'

const bodies = {
  servers: (name: string) => ({
    ...{ name, server_type: 'cx23', image: 'debian-13', location: 'nbg1', start_after_create: false },
    public_net: { enable_ipv4: false, enable_ipv6: false },
  }),
  primary_ips: (name: string) => ({ name, type: 'ipv6', location: 'nbg1' }),
  firewalls: (name: string) => ({ name }),
  networks: (name: string) => ({ name, ip_range: '10.0.0.0/8' }),
  volumes: (name: string) => ({ name, size: 10, location: 'nbg1' }),
  placement_groups: (name: string) => ({ name, type: 'spread' }),
  ssh_keys: (name: string) => ({ name, public_key: freshKey() }),
}

let keys = 0

/** A key that no one has: only names are looked at here. */
function freshKey(): string {
  keys += 1
  const bytes = Buffer.alloc(51)
  bytes.writeUInt32BE(11)
  bytes.write('ssh-ed25519', 4)
  bytes.writeUInt32BE(keys, 40)
  return `ssh-ed25519 ${bytes.toString('base64')}`
}

type Kind = keyof typeof bodies

/** Names by id, in the order of their making. */
type Model = Record<Kind, Map<number, string>>

const kinds = Object.keys(bodies) as Kind[]
const kind = fc.constantFrom(...kinds)
const name = fc.constantFrom('a', 'b', 'c')
const pick = fc.nat(5)

const isTaken = (model: Model, o: { kind: Kind; name: string; except?: number }): boolean =>
  [...model[o.kind]].some(([id, used]) => used === o.name && id !== o.except)

const create = fc.record({ kind, name }).map(
  (o): Step<Model> => ({
    text: `create ${o.kind} ${o.name}`,
    async run(model, { api }) {
      const answer = await api('POST', `/${o.kind}`, bodies[o.kind](o.name))
      expect(outcome(answer)).toBe(isTaken(model, o) ? 'uniqueness_error' : 201)
      if (answer.status === 409) expect(answer.body.error.details).toEqual({ fields: [{ name: 'name' }] })
      const made = Object.values<Body>(answer.body)[0]
      if (answer.status === 201) model[o.kind].set(made.id, o.name)
    },
  }),
)

const rename = fc.record({ kind, name, pick }).map(
  (o): Step<Model> => ({
    text: `rename the ${o.pick}th of ${o.kind} to ${o.name}`,
    async run(model, lab) {
      const id = pickOf(model[o.kind].keys(), o.pick)
      if (id === undefined) return
      await rest(lab)
      const answer = await lab.api('PUT', `/${o.kind}/${id}`, { name: o.name })
      expect(outcome(answer)).toBe(isTaken(model, { ...o, except: id }) ? 'uniqueness_error' : 200)
      if (answer.status === 200) model[o.kind].set(id, o.name)
    },
  }),
)

/** A server keeps its name until its end is complete; with everything else, gone is gone. */
const remove = fc.record({ kind, pick, again: name }).map(
  (o): Step<Model> => ({
    text: `delete the ${o.pick}th of ${o.kind}, ask for ${o.again}`,
    async run(model, lab) {
      const id = pickOf(model[o.kind].keys(), o.pick)
      if (id === undefined) return
      await rest(lab)
      expect(outcome(await lab.api('DELETE', `/${o.kind}/${id}`))).toBe(o.kind === 'servers' ? 200 : 204)
      if (o.kind === 'servers') {
        const held = await lab.api('POST', '/servers', bodies.servers(model.servers.get(id) ?? ''))
        expect(outcome(held)).toBe('uniqueness_error')
        await rest(lab)
      }
      model[o.kind].delete(id)
    },
  }),
)

async function compare(model: Model, { api }: Lab): Promise<void> {
  for (const one of kinds) {
    const listed = (await api('GET', `/${one}?per_page=50`)).body[one]
    expect(new Map(listed.map((item: Body) => [item.id, item.name]))).toEqual(model[one])
    for (const wanted of ['a', 'b', 'c']) {
      const found = (await api('GET', `/${one}?name=${wanted}`)).body[one]
      expect(found.length).toBe(isTaken(model, { kind: one, name: wanted }) ? 1 : 0)
    }
  }
}

describe('names', () => {
  it('are as a model of them says, over any list of steps', async () => {
    const start = () => Object.fromEntries(kinds.map((one) => [one, new Map()])) as unknown as Model
    await holdsAgainst({ steps: [create, create, rename, remove], start, compare, runs: 25 })
  }, 60_000)
})
