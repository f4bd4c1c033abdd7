// Protection: what is protected cannot be deleted, nor rebuilt; everything else can.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdsAgainst, outcome, pickOf, rest, type Step } from './model.ts'
import type { Body, Lab } from './support.ts'

const bodies = {
  servers: { server_type: 'cx23', image: 'debian-13', location: 'nbg1', start_after_create: false },
  primary_ips: { type: 'ipv4', location: 'nbg1' },
  networks: { ip_range: '10.0.0.0/8' },
  volumes: { size: 10, location: 'nbg1' },
}

type Kind = keyof typeof bodies

interface Thing {
  kind: Kind
  id: number
  isProtected: boolean
}

interface Model {
  things: Thing[]
  made: number
}

const kinds = Object.keys(bodies) as Kind[]
const pick = fc.nat(6)

const make = fc.constantFrom(...kinds).map(
  (kind): Step<Model> => ({
    text: `make one of ${kind}`,
    async run(model, lab) {
      model.made += 1
      const answer = await lab.api('POST', `/${kind}`, { name: `n${model.made}`, ...bodies[kind] })
      await rest(lab)
      const [made] = Object.values<Body>(answer.body)
      model.things.push({ kind, id: made.id, isProtected: false })
    },
  }),
)

const protect = fc.record({ pick, on: fc.boolean() }).map(
  ({ pick: which, on }): Step<Model> => ({
    text: `${on ? 'protect' : 'release'} thing ${which}`,
    async run({ things }, lab) {
      const thing = pickOf(things, which)
      if (thing === undefined) return
      const body = thing.kind === 'servers' ? { delete: on, rebuild: on } : { delete: on }
      const answer = await lab.api('POST', `/${thing.kind}/${thing.id}/actions/change_protection`, body)
      expect(outcome(answer)).toBe(201)
      await rest(lab)
      thing.isProtected = on
    },
  }),
)

const remove = pick.map(
  (which): Step<Model> => ({
    text: `delete thing ${which}`,
    async run(model, lab) {
      const thing = pickOf(model.things, which)
      if (thing === undefined) return
      const answer = await lab.api('DELETE', `/${thing.kind}/${thing.id}`)
      const success = thing.kind === 'servers' ? 200 : 204
      expect(outcome(answer)).toBe(thing.isProtected ? 'protected' : success)
      await rest(lab)
      if (!thing.isProtected) model.things = model.things.filter((one) => one !== thing)
    },
  }),
)

/** A rebuild gives the disk away, so it asks for the same protection; half of it cannot be had. */
const rebuild = fc.record({ pick, half: fc.boolean() }).map(
  (o): Step<Model> => ({
    text: `rebuild server ${o.pick}${o.half ? ' after asking for half a protection' : ''}`,
    async run({ things }, lab) {
      const server = pickOf(
        things.filter(({ kind }) => kind === 'servers'),
        o.pick,
      )
      if (server === undefined) return
      const path = `/servers/${server.id}/actions`
      if (o.half) {
        const answer = await lab.api('POST', `${path}/change_protection`, { delete: !server.isProtected })
        expect(outcome(answer)).toBe('invalid_input')
      }
      const answer = await lab.api('POST', `${path}/rebuild`, { image: 'debian-13' })
      expect(outcome(answer)).toBe(server.isProtected ? 'protected' : 201)
      await rest(lab)
    },
  }),
)

async function compare({ things }: Model, { api }: Lab): Promise<void> {
  for (const kind of kinds) {
    const listed: Body[] = (await api('GET', `/${kind}?per_page=50`)).body[kind]
    const expected = things.filter((one) => one.kind === kind)
    const own = listed.filter((one) => !one.auto_delete)
    expect(own.map((one) => [one.id, one.protection.delete])).toEqual(expected.map((one) => [one.id, one.isProtected]))
    if (kind === 'servers') for (const one of own) expect(one.protection.rebuild).toBe(one.protection.delete)
  }
}

describe('protection', () => {
  it('is as a model of it says, over any list of steps', async () => {
    const start = (): Model => ({ things: [], made: 0 })
    await holdsAgainst({ steps: [make, protect, protect, remove, rebuild], start, compare })
  }, 60_000)
})
