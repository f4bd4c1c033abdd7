// Fault plans in the world they are for: what each kind does there, when it begins, and that the page tells of all of it.

import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { fields } from '../../simulators/kit/fault-fields.ts'
import { handKinds, moodKinds, requestKinds, watchKinds, worldKinds } from '../../simulators/kit/fault-kinds.ts'
import { parseFaultPlan } from '../../simulators/kit/fault-plan.ts'
import { createWorld } from '../../simulators/world.ts'
import { fakeClock } from '../support/fake-clock.ts'

const hetznerToken = 'h'.repeat(64)
const botToken = `123456789:${'A'.repeat(35)}`

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

function setup() {
  const clock = fakeClock()
  const world = createWorld({ clock })
  closers.push(world.stop)
  const hetzner = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${hetznerToken}` }
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const response = await world.hcloud.fetch(new Request(`http://localhost/v1${path}`, init))
    return { status: response.status, text: () => response.text(), json: () => response.json() }
  }
  const telegram = async (method: string, body: object = {}) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const response = await world.telegram.fetch(new Request(`http://localhost/bot${botToken}/${method}`, init))
    return { status: response.status, headers: response.headers, json: () => response.json() }
  }
  const create = (change: object = {}) =>
    hetzner('POST', '/servers', {
      ...{ name: 'echo', server_type: 'cx23', image: 'debian-13', location: 'nbg1', labels: { a: 'b' } },
      ...change,
    })
  const servers = () => world.state().hcloud.projects.flatMap((project) => project.servers)
  const take = (raw: unknown) => {
    const parsed = parseFaultPlan(raw)
    if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
    return world.faults.take(parsed.plan)
  }
  const states = () => world.faults.list().map(({ state, hits }) => `${state} ${hits}`)
  return { clock, world, hetzner, telegram, create, servers, take, states }
}

describe('a plan', () => {
  it('starts the time of a fault when the nth request that it waits for has been answered', async () => {
    const { clock, create, servers, take, states } = setup()
    const after = { world: 'hcloud', route: 'POST /servers', nth: 2 }
    take({ faults: [{ kind: 'deleteServer', server: 'e*', from: 30, after }] })
    await create()
    await clock.advance(60_000)
    expect([servers().length, ...states()]).toEqual([1, 'waiting 0'])
    await create({ name: 'else' })
    await create({ name: 'other' })
    await clock.advance(29_999)
    expect([servers().length, ...states()]).toEqual([3, 'begun 0'])
    await clock.advance(1)
    expect([servers().map(({ name }) => name), ...states()]).toEqual([['other'], 'over 2'])
  })

  it('hits requests from the moment on that it waited for', async () => {
    const { hetzner, telegram, take } = setup()
    const after = { world: 'telegram', route: 'POST /bot*/getMe' }
    take({ faults: [{ kind: 'status', status: 503, world: 'hcloud', route: 'ANY *', after }] })
    expect((await hetzner('GET', '/servers')).status).toBe(200)
    await telegram('getMe')
    expect((await hetzner('GET', '/servers')).status).toBe(503)
  })

  it('draws from its seed: the same one gives the same faults, in every world', async () => {
    const fault = { kind: 'status', status: 503, route: 'ANY *', chance: 0.5 }
    const faults = [
      { ...fault, world: 'telegram' },
      { ...fault, world: 'hcloud' },
      { kind: 'soldOut', type: '*', location: '*', chance: 0.5 },
    ]
    const seen = async (seed: number) => {
      const { hetzner, telegram, create, take } = setup()
      take({ seed, faults })
      const statuses: number[] = []
      for (let n = 0; n < 20; n++) {
        statuses.push((await hetzner('GET', '/servers')).status, (await telegram('getMe')).status)
        statuses.push((await create({ name: `echo-${n}` })).status)
      }
      return statuses
    }
    const [one, again, other] = [await seen(1), await seen(1), await seen(2)]
    expect(again).toEqual(one)
    expect(other).not.toEqual(one)
    expect(new Set(one)).toEqual(new Set([200, 201, 412, 503]))
  })

  it('leaves out what belongs to a world that is not here', () => {
    const { take } = setup()
    const kubernetes = { world: 'kubernetes', route: 'GET *' }
    const faults = [
      { kind: 'before', ...kubernetes },
      { kind: 'before', world: 'telegram', route: 'ANY *' },
      { kind: 'powerOff', server: '*', after: kubernetes },
    ]
    expect(take({ faults })).toEqual([undefined, 1, undefined])
  })

  it('can be taken back, whether it waits, has begun or is over', async () => {
    const { clock, world, create, servers, take, hetzner } = setup()
    await create()
    const after = { world: 'hcloud', route: 'GET /servers' }
    take({
      faults: [
        { kind: 'deleteServer', server: '*', after },
        { kind: 'deleteServer', server: '*', from: 10 },
        { kind: 'listLag', seconds: 1_000 },
        { kind: 'ignoredShutdown', from: 10, until: 60 },
        { kind: 'status', status: 500, world: 'hcloud', route: 'GET /servers' },
        { kind: 'soldOut', type: '*', location: '*' },
      ],
    })
    world.faults.clear()
    expect((await hetzner('GET', '/servers')).status).toBe(200)
    await clock.advance(20_000)
    expect(servers()).toHaveLength(1)
    expect((await create({ name: 'another' })).status).toBe(201)
    expect(world.faults.list()).toEqual([])
    expect(world.state().hcloud.faults).toEqual([])
  })
})

describe('what goes wrong in a world', () => {
  it('is counted and timed like what goes wrong with requests', async () => {
    const { clock, create, take, states } = setup()
    take({ faults: [{ kind: 'soldOut', type: 'cx23', location: 'nbg1', skip: 1, times: 2, from: 10, until: 60 }] })
    const statuses = [(await create({ name: 'a' })).status]
    await clock.advance(10_000)
    for (const name of ['b', 'c', 'd', 'e']) statuses.push((await create({ name })).status)
    expect([statuses, ...states()]).toEqual([[201, 201, 412, 412, 201], 'over 2'])
  })

  it.each([{ listed: true }, { listed: false }])('sold out with $listed: the catalogue says so or not', async (o) => {
    const { hetzner, take } = setup()
    take({ faults: [{ kind: 'soldOut', type: 'cx23', location: '*', ...o }] })
    const { server_types: types } = (await (await hetzner('GET', '/server_types?name=cx23')).json()) as {
      server_types: { locations: { available: boolean }[] }[]
    }
    expect(types[0]?.locations.every(({ available }) => available === o.listed)).toBe(true)
  })

  it('begins and ends a mood on the clock', async () => {
    const { clock, hetzner, create, take } = setup()
    const listed = async () =>
      ((await (await hetzner('GET', '/servers')).json()) as { servers: unknown[] }).servers.length
    await listed()
    take({ faults: [{ kind: 'listLag', seconds: 600, from: 10, until: 60 }] })
    await clock.advance(10_000)
    await create()
    expect(await listed()).toBe(0)
    await clock.advance(49_999)
    expect(await listed()).toBe(0)
    await clock.advance(1)
    expect(await listed()).toBe(1)
  })

  it('fails and drags out actions, and boots', async () => {
    const { clock, world, create, servers, take } = setup()
    const error = { code: 'x', message: 'no' }
    take({
      faults: [
        { kind: 'slowAction', command: 'create_server', seconds: 100, times: 1 },
        { kind: 'actionFailure', command: 'start_server', error, skip: 1, times: 1 },
        { kind: 'bootFailure', failure: 'neverServes', server: 'e*' },
      ],
    })
    await create()
    await clock.advance(99_000)
    expect(servers()[0]?.status).toBe('initializing')
    await create({ name: 'other' })
    await clock.advance(60_000)
    expect(servers().map(({ name, status }) => `${name} ${status}`)).toEqual(['echo running', 'other off'])
    expect(world.machines.state().machines).toMatchObject([
      { name: 'echo', phase: 'notServing', problem: expect.stringContaining('does not start') },
    ])
  })
})

describe('a change by hand', () => {
  it('is done to everything that bears the name, at Hetzner', async () => {
    const { clock, world, hetzner, create, servers, take } = setup()
    await create()
    await hetzner('POST', '/firewalls', { name: 'marker' })
    await hetzner('POST', '/primary_ips', { name: 'ip', type: 'ipv4', location: 'nbg1' })
    await clock.advance(60_000)
    const step = async (fault: object) => {
      take({ faults: [fault] })
      await clock.advance(0)
    }
    const project = () => world.state().hcloud.projects[0]
    await step({ kind: 'powerOff', server: 'ec*' })
    expect(servers()[0]?.status).toBe('off')
    await step({ kind: 'changeServer', server: '*', name: 'new', labels: {} })
    expect(servers()[0]).toMatchObject({ name: 'new', labels: {} })
    await step({ kind: 'changeFirewall', firewall: 'marker', labels: { c: 'd' } })
    expect(project()?.firewalls).toMatchObject([{ labels: { c: 'd' } }])
    await step({ kind: 'deleteFirewall', firewall: 'marker' })
    await step({ kind: 'changePrimaryIP', primaryIP: 'ip', name: 'pi' })
    expect(project()?.primaryIPs.map(({ name }) => name)).toContain('pi')
    await step({ kind: 'deletePrimaryIP', primaryIP: '*' })
    await step({ kind: 'deleteServer', server: 'new' })
    expect(project()).toMatchObject({ servers: [], firewalls: [], primaryIPs: [] })
    await step({ kind: 'revokeToken', project: 'project-1' })
    expect((await hetzner('GET', '/servers')).status).toBe(401)
  })

  it('is done to the webhook and the token of a bot', async () => {
    const { clock, telegram, take } = setup()
    const url = async () =>
      ((await (await telegram('getWebhookInfo')).json()) as { result: { url: string } }).result.url
    await telegram('setWebhook', { url: 'https://127.0.0.1/mine' })
    const step = async (fault: object) => {
      take({ faults: [fault] })
      await clock.advance(0)
    }
    await step({ kind: 'changeWebhook', bot: '123456789', url: 'https://127.0.0.1/other' })
    expect(await url()).toBe('https://127.0.0.1/other')
    await step({ kind: 'deleteWebhook', bot: '*' })
    expect(await url()).toBe('')
    await step({ kind: 'revokeBotToken', bot: '*' })
    expect((await telegram('getMe')).status).toBe(401)
  })

  it('that is refused says why', async () => {
    const { clock, world, telegram, take } = setup()
    await telegram('getMe')
    take({ faults: [{ kind: 'changeWebhook', bot: '*', url: 'https://127.0.0.1:1/x' }] })
    await clock.advance(0)
    expect(world.faults.list()).toMatchObject([{ state: 'over', hits: 0, problem: expect.stringContaining('port') }])
  })
})

describe('a request that takes effect twice', () => {
  it('is refused the second time where a name is taken, though the server is there', async () => {
    const { create, servers, take, states } = setup()
    take({ faults: [{ kind: 'twice', world: 'hcloud', route: 'POST /servers', times: 1 }] })
    const answer = await create()
    expect([answer.status, await answer.json()]).toMatchObject([409, { error: { code: 'uniqueness_error' } }])
    expect([servers().length, ...states()]).toEqual([1, 'over 1'])
  })

  it('says a message twice', async () => {
    const { world, telegram, take } = setup()
    take({ faults: [{ kind: 'twice', world: 'telegram', route: 'POST /bot*/sendMessage' }] })
    expect((await telegram('sendMessage', { chat_id: 7, text: 'once' })).status).toBe(200)
    const bot = world.telegram.simulator.registry.get(123456789)
    expect(bot?.answers.map(({ text }) => text)).toEqual(['once', 'once'])
  })

  it('is throttled the second time where Telegram takes one a second', async () => {
    const { world, telegram, take } = setup()
    take({ faults: [{ kind: 'twice', world: 'telegram', route: 'POST /bot*/setWebhook' }] })
    expect((await telegram('setWebhook', { url: 'https://127.0.0.1/mine' })).status).toBe(429)
    expect(world.telegram.simulator.registry.get(123456789)?.webhook?.url).toBe('https://127.0.0.1/mine')
  })
})

describe('the routes', () => {
  const served = () => {
    const all = setup()
    const call = async (method: string, path = '', body?: unknown) => {
      const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) }
      const response = await all.world.telegram.fetch(new Request(`http://localhost/_simulator/faults${path}`, init))
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    }
    return { ...all, call }
  }

  it('take a whole plan, for both worlds, on either port', async () => {
    const { call, hetzner } = served()
    const fault = { kind: 'status', status: 500, world: 'hcloud', route: 'ANY *' }
    const faults = [fault, { ...fault, world: 'kubernetes' }]
    expect((await call('POST', '', { seed: 3, faults })).body).toEqual({ ids: [1, null] })
    expect((await hetzner('GET', '/servers')).status).toBe(500)
    expect((await call('GET')).body).toEqual({ faults: [{ id: 1, fault, state: 'begun', hits: 1 }] })
    expect((await call('DELETE', '/1')).status).toBe(200)
    expect((await hetzner('GET', '/servers')).status).toBe(200)
  })

  it('take a single fault, whose world is that of the port', async () => {
    const { call, telegram } = served()
    expect((await call('POST', '', { kind: 'status', status: 500, route: 'ANY *' })).body).toEqual({ id: 1 })
    expect((await telegram('getMe')).status).toBe(500)
  })

  it('refuse a plan with a mistake as a whole', async () => {
    const { call } = served()
    const faults = [{ kind: 'ignoredShutdown' }, { kind: 'powerOff' }]
    const { status, body } = await call('POST', '', { faults })
    expect([status, body]).toEqual([400, { error: expect.stringContaining('faults[1].server must be a name') }])
    expect((await call('GET')).body).toEqual({ faults: [] })
    expect((await call('POST', '', { kind: 'before', world: 'kubernetes', route: 'ANY *' })).status).toBe(400)
  })
})

describe('the page', () => {
  const page = readFileSync(new URL('../../docs/reference/fault-plans.md', import.meta.url), 'utf8')
  const plans = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text = '']) => text)
  const kinds = { ...requestKinds, ...worldKinds, ...watchKinds, ...moodKinds, ...handKinds }

  it.each(Object.entries(kinds))('has one row for %s, with its members', (kind, { members }) => {
    const rows = page.split('\n').filter((line) => line.startsWith(`| \`${kind}\` |`))
    const own = rows.filter((row) => Object.keys(members).every((member) => row.includes(`\`${member}`)))
    expect(own).toHaveLength(kind === 'after' ? 2 : 1)
  })

  it('names every member', () => {
    expect(Object.keys(fields).filter((name) => !page.includes(name))).toEqual([])
  })

  it('has plans that are taken', () => {
    expect(plans).toHaveLength(4)
    expect(plans.map((text) => parseFaultPlan(text))).toMatchObject(plans.map(() => ({ ok: true })))
  })

  it('shows mistakes in the words they get', () => {
    const faults = [
      { kind: 'before', world: 'hcloud', route: 'servers' },
      { kind: 'status', status: 1, world: 'hcloud', route: 'ANY *' },
      { kind: 'before', world: 'hcloud', route: 'ANY *', time: 1 },
    ]
    const parsed = parseFaultPlan({ faults })
    expect(page).toContain(`\`\`\`text\n${parsed.ok ? '' : parsed.problems.join('\n')}\n\`\`\``)
  })

  it('tells the truth about the unlucky create', async () => {
    const { clock, world, hetzner, create, servers, take } = setup()
    await hetzner('GET', '/servers')
    take(plans[1])
    expect([(await create()).status, (await create()).status]).toEqual([412, 412])
    const broken = await create()
    expect(broken.status).toBe(201)
    await expect(broken.text()).rejects.toThrow()
    expect(servers()).toHaveLength(1)
    const listed = async () => ((await (await hetzner('GET', '/servers')).json()) as { servers: unknown[] }).servers
    expect(await listed()).toEqual([])
    await clock.advance(5_000)
    expect(await listed()).toHaveLength(1)
    await clock.advance(60_000)
    expect(world.machines.state().machines).toMatchObject([{ phase: 'notServing' }])
    expect(world.faults.list().map(({ state }) => state)).toEqual(Array(4).fill('over'))
  })

  it('tells the truth about the bad hour', async () => {
    const { clock, hetzner, telegram, create, servers, take } = setup()
    await create()
    take(plans[2])
    const statuses: number[] = []
    for (let second = 0; second < 600; second++) {
      statuses.push((await hetzner('GET', '/servers')).status)
      await clock.advance(1_000)
    }
    const share = statuses.filter((status) => status === 502).length / 600
    expect(share).toBeGreaterThan(0.15)
    expect(share).toBeLessThan(0.25)
    expect(servers()[0]?.labels).toEqual({})
    let set = await telegram('setWebhook', { url: 'https://127.0.0.1/mine' })
    while (set.status === 429) set = await telegram('setWebhook', { url: 'https://127.0.0.1/mine' })
    await clock.advance(60_000)
    const info = async () => (await (await telegram('getWebhookInfo')).json()) as { result?: { url: string } }
    await clock.advance(3_600_000)
    expect((await info()).result?.url).toBe('https://198.51.100.7/elsewhere')
    for (let n = 0; n < 50; n++) expect((await hetzner('GET', '/servers')).status).toBe(200)
  })
})
