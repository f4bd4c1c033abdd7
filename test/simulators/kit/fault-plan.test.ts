// Fault plans as text: what is taken, what is refused and in which words, and that the JSON Schema says the same.

import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../../../simulators/kit/fault.ts'
import { faultPlanSchema, kindNames, parseFaultPlan, parsePlannedFault } from '../../../simulators/kit/fault-plan.ts'
import { createFaults } from '../../../simulators/kit/faults.ts'
import { seededStream } from '../../../simulators/kit/random.ts'
import { fakeClock } from '../../support/fake-clock.ts'

const follows = new Ajv2020({ strict: false }).compile(faultPlanSchema())
const request = { world: 'hcloud', route: 'POST /servers' }
const plan = (...faults: unknown[]) => ({ faults })

describe('a plan with a mistake', () => {
  it.each<[name: string, raw: unknown, line: string]>([
    ['no JSON', '{"faults": [', 'the plan must be JSON: '],
    ['a list', [], 'the plan must be an object with a list of faults'],
    ['no faults', {}, 'faults must be a list of at most 1000 faults'],
    ['an unknown member', { faults: [], sed: 1 }, "the plan knows no member 'sed': correct its name or take it out"],
    ['a seed that is no number', { seed: 'x', faults: [] }, 'seed must be a whole number from 0 to 4294967295'],
    ['a fault that is none', plan(1), 'faults[0] must be an object with a kind'],
    ['an unknown kind', plan({ ...request, kind: 'lost' }), 'faults[0].kind must be one of before, after, twice, held'],
    ['a kind of every object', plan({ ...request, kind: 'toString' }), 'faults[0].kind must be one of before'],
    ['no kind', plan(request), 'faults[0].kind must be one of before'],
    [
      'no world',
      plan({ route: 'ANY *', kind: 'before' }),
      'faults[0].world must be one of hcloud, telegram, kubernetes',
    ],
    ['no route', plan({ world: 'hcloud', kind: 'before' }), "faults[0].route must be a verb and a path such as 'POST"],
    ['a route without a verb', plan({ ...request, route: '/x', kind: 'before' }), 'faults[0].route must be a verb and'],
    ['a status', plan({ ...request, kind: 'status', status: 99 }), 'faults[0].status must be a whole number from 200'],
    ['no status', plan({ ...request, kind: 'status' }), 'faults[0].status must be a whole number from 200 to 599'],
    ['slow without a time', plan({ ...request, kind: 'slow' }), 'faults[0].ms must be a number of milliseconds from 0'],
    ['a time below zero', plan({ ...request, kind: 'held', ms: -1 }), 'faults[0].ms must be a number of milliseconds'],
    [
      'no times at all',
      plan({ ...request, kind: 'before', times: 0 }),
      'faults[0].times must be a whole number from 1',
    ],
    ['half a skip', plan({ ...request, kind: 'before', skip: 0.5 }), 'faults[0].skip must be a whole number from 0'],
    ['a chance', plan({ ...request, kind: 'before', chance: 2 }), 'faults[0].chance must be a number above 0 and at'],
    ['a misspelt member', plan({ ...request, kind: 'before', time: 1 }), "faults[0] knows no member 'time': correct"],
    ['a member of another kind', plan({ ...request, kind: 'after', ms: 1 }), "faults[0] knows no member 'ms': correct"],
    [
      'a route where none is',
      plan({ route: 'ANY *', kind: 'powerOff', server: '*' }),
      "faults[0] knows no member 'route'",
    ],
    ['a count of a deed', plan({ kind: 'powerOff', server: '*', times: 2 }), "faults[0] knows no member 'times'"],
    ['no server', plan({ kind: 'powerOff' }), 'faults[0].server must be a name or a pattern such as'],
    [
      'a sold-out pair',
      plan({ kind: 'soldOut', type: 'cx23' }),
      'faults[0].location must be the name of a location or',
    ],
    [
      'an action',
      plan({ kind: 'actionFailure', command: 'x', error: { code: 'y' } }),
      'faults[0].error must be an object with code and',
    ],
    ['a boot', plan({ kind: 'bootFailure', failure: 'no' }), 'faults[0].failure must be neverServes or cloudInitError'],
    ['a bot', plan({ kind: 'deleteWebhook', bot: 'my bot' }), 'faults[0].bot must be the digits of a bot id in quotes'],
    ['an after', plan({ kind: 'powerOff', server: '*', after: 'now' }), 'faults[0].after must be an object with world'],
    [
      'the route of an after',
      plan({ kind: 'powerOff', server: '*', after: { world: 'hcloud', route: 'x' } }),
      'faults[0].after.route must be a verb and a path',
    ],
    [
      'an end before the beginning',
      plan({ ...request, kind: 'before', from: 5, until: 5 }),
      'faults[0].until must be later than its beginning, 5 s: it is 5',
    ],
    [
      'a change that changes nothing',
      plan({ kind: 'changeServer', server: '*' }),
      'faults[0] changes nothing: give a name or labels',
    ],
  ])('%s: one line that says what must hold', (_, raw, line) => {
    const parsed = parseFaultPlan(raw)
    const problems = parsed.ok ? [] : parsed.problems
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(line)
    expect(problems[0]).not.toContain('\n')
    // What two members say together, no schema can tell.
    expect(follows(raw)).toBe(/later than|changes nothing/.test(line))
  })

  it('gets a line for each mistake, in the order of the plan', () => {
    const parsed = parseFaultPlan(plan({ ...request, kind: 'status', times: 0 }, { kind: 'x' }))
    expect(parsed).toMatchObject({
      problems: [/^faults\[0\].status/, /^faults\[0\].times/, /^faults\[1\].kind/].map((line) =>
        expect.stringMatching(line),
      ),
    })
  })
})

/** One well-formed fault of every kind. */
const examples: Record<string, object> = {
  ...Object.fromEntries(
    ['before', 'after', 'twice', 'held', 'late', 'half', 'stuck', 'wrongBody'].map((kind) => [kind, request]),
  ),
  ...{ slow: { ...request, ms: 1 }, status: { ...request, status: 500, headers: { 'Retry-After': '1' } } },
  soldOut: { type: '*', location: 'nbg1', listed: false, times: 2 },
  actionFailure: { command: 'start_server', error: { code: 'x', message: 'y' }, skip: 1 },
  slowAction: { command: 'start_server', seconds: 9, chance: 0.5 },
  ...{ bootFailure: { failure: 'neverServes' }, listLag: { seconds: 5, until: 9 } },
  ...{ ignoredShutdown: {}, strangeAnswers: { after: { world: 'telegram', route: 'ANY *', nth: 3 } } },
  ...{ powerOff: { server: 'a' }, deleteServer: { server: '*' }, changeServer: { server: '*', labels: {} } },
  ...{ deletePrimaryIP: { primaryIP: '*' }, changePrimaryIP: { primaryIP: '*', name: 'b' } },
  ...{ deleteFirewall: { firewall: '*' }, changeFirewall: { firewall: '*', labels: { a: 'b' } } },
  ...{ deleteSSHKey: { sshKey: '*' }, revokeToken: { project: '*' } },
  changeWebhook: { bot: '*', url: 'https://198.51.100.7/x', ipAddress: '198.51.100.7', from: 1 },
  ...{ deleteWebhook: { bot: '1' }, revokeBotToken: { bot: '1' } },
  ...Object.fromEntries(
    ['cutLine', 'endWatch', 'stallWatch', 'repeatLine', 'wrongLine'].map((kind) => [kind, { route: 'GET *', skip: 3 }]),
  ),
  ...{ older: { route: 'GET *', revisions: 5 }, stealLease: { lease: 'botyard', holder: 'somebody' } },
}

describe('a well-formed fault', () => {
  it.each(kindNames)('%s is taken, also by the JSON Schema, and refused by both with a member too many', (kind) => {
    const fault = { kind, ...examples[kind] }
    expect(parseFaultPlan(JSON.stringify(plan(fault)))).toEqual({ ok: true, plan: plan(fault) })
    expect(follows(plan(fault)), JSON.stringify(follows.errors)).toBe(true)
    expect(parseFaultPlan(plan({ ...fault, more: 1 })).ok).toBe(false)
    expect(follows(plan({ ...fault, more: 1 }))).toBe(false)
  })

  it('on the port of a world may leave that one out', () => {
    expect(parsePlannedFault({ kind: 'before', route: 'ANY *' }, 'telegram')).toMatchObject({
      value: { world: 'telegram' },
    })
    expect(parsePlannedFault({ kind: 'before', route: 'ANY *', world: 'hcloud' }, 'telegram')).toMatchObject({
      value: { world: 'hcloud' },
    })
  })
})

it('the schema that is handed out is this one', () => {
  const file = new URL('../../../docs/reference/fault-plan.schema.json', import.meta.url)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(faultPlanSchema())
})

describe('the same plan and the same requests', () => {
  const route = fc.constantFrom('POST /servers', 'ANY *', 'GET /servers/*', 'ANY /servers')
  const count = fc.record(
    {
      skip: fc.nat(3),
      times: fc.integer({ min: 1, max: 4 }),
      chance: fc.double({ min: 0.1, max: 1, noNaN: true }),
      from: fc.nat(3),
      until: fc.integer({ min: 4, max: 20 }),
    },
    { requiredKeys: [] },
  )
  const fault = fc
    .tuple(fc.constantFrom('before' as const, 'after' as const, 'held' as const, 'half' as const), route, count)
    .map(([kind, on, counts]): Fault => ({ kind, route: on, ...counts }))
  const line = fc.constantFrom('POST /servers', 'GET /servers', 'GET /servers/1', 'DELETE /servers/1')

  it('give the same faults', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(fault, { maxLength: 5 }), fc.array(line), async (seed, faults, lines) => {
        expect(await decideAll({ seed, faults, lines })).toEqual(await decideAll({ seed, faults, lines }))
      }),
      { numRuns: 50 },
    )
  })

  it('give a fault the same hits whatever stands after it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fault, fc.array(fault, { maxLength: 3 }), fc.array(line), async (...given) => {
        const [seed, first, more, lines] = given
        const hits = async (faults: Fault[]) =>
          (await decideAll({ seed, faults, lines })).map(({ hitsOfFirst }) => hitsOfFirst)
        expect(await hits([first, ...more])).toEqual(await hits([first]))
      }),
      { numRuns: 50 },
    )
  })

  it('give other faults from another seed, in the share that was asked for', async () => {
    const lines = Array.from({ length: 2_000 }, () => 'POST /servers')
    const faults: Fault[] = [{ kind: 'before', route: 'ANY *', chance: 0.3 }]
    const [one, other] = [await decideAll({ seed: 1, faults, lines }), await decideAll({ seed: 2, faults, lines })]
    expect(one).not.toEqual(other)
    for (const hits of [one.at(-1)?.hitsOfFirst, other.at(-1)?.hitsOfFirst]) {
      expect(hits).toBeGreaterThan(500)
      expect(hits).toBeLessThan(700)
    }
  })
})

async function decideAll(o: { seed: number; faults: Fault[]; lines: string[] }) {
  const clock = fakeClock()
  const faults = createFaults({ clock })
  const placed = o.faults.map((one, index) => faults.place(one, seededStream(o.seed, index + 1)))
  const seen: { held: number; kind: string | undefined; hitsOfFirst: number | undefined }[] = []
  for (const [index, text] of o.lines.entries()) {
    const [method = '', path = ''] = text.split(' ')
    const { held, fault } = faults.decide({ method, path })
    seen.push({ held, kind: fault?.kind, hitsOfFirst: placed[0]?.tally.hits() })
    if (index % 3 === 2 && index < 60) await clock.advance(1_000)
  }
  return seen
}
