import { describe, expect, it } from 'vitest'
import { withControl } from '../../../simulators/kit/control.ts'
import { createLab, tokenA } from './support.ts'

const wanted = { name: 'echo', server_type: 'cx23', image: 'debian-13', location: 'nbg1' }

describe('capacity', () => {
  it('is short for one pair, for as many attempts as were said', async () => {
    const { api, simulator } = createLab()
    simulator.control.addFault({ kind: 'soldOut', type: 'cx23', location: 'nbg1', times: 2 })
    const create = async (change: object = {}) => (await api('POST', '/servers', { ...wanted, ...change })).status
    expect(await create({ name: 'a', location: 'fsn1' })).toBe(201)
    expect([await create(), await create(), await create()]).toEqual([412, 412, 201])
  })

  it('is gone from the catalogue where a pair is unavailable, until cleared', async () => {
    const { api, simulator } = createLab()
    simulator.control.addFault({ kind: 'soldOut', type: '*', location: 'nbg1', listed: false })
    const availability = async () =>
      Object.fromEntries(
        (await api('GET', '/server_types?name=cx23')).body.server_types[0].locations.map(
          (one: { name: string; available: boolean }) => [one.name, one.available],
        ),
      )
    expect(await availability()).toEqual({ fsn1: true, nbg1: false, hel1: true })
    const refused = await api('POST', '/servers', wanted)
    expect([refused.status, refused.body.error.code]).toEqual([412, 'resource_unavailable'])
    simulator.control.clearFaults()
    expect(await availability()).toEqual({ fsn1: true, nbg1: true, hel1: true })
    expect((await api('POST', '/servers', wanted)).status).toBe(201)
  })

  it('leaves no trace of a create that was refused', async () => {
    const { api, simulator } = createLab()
    simulator.control.addFault({ kind: 'soldOut', type: 'cx23', location: 'nbg1' })
    await api('POST', '/servers', wanted)
    expect(simulator.control.state().projects[0]).toMatchObject({ servers: [], primaryIPs: [], runningActions: [] })
  })
})

describe('the state', () => {
  it('shows networks, volumes and placement groups', async () => {
    const { api, simulator } = createLab()
    await api('POST', '/networks', { name: 'network', ip_range: '10.0.0.0/16' })
    await api('POST', '/volumes', { name: 'volume', size: 10, location: 'nbg1' })
    await api('POST', '/placement_groups', { name: 'group', type: 'spread' })
    expect(simulator.control.state().projects[0]).toMatchObject({
      networks: [{ name: 'network', ipRange: '10.0.0.0/16' }],
      volumes: [{ name: 'volume', sizeGB: 10, location: 'nbg1' }],
      placementGroups: [{ name: 'group' }],
    })
  })
})

describe('a failing action', () => {
  it('leaves the server off when it was to start it', async () => {
    const { api, simulator, runningServer } = createLab()
    simulator.control.addFault({
      kind: 'actionFailure',
      command: 'start_server',
      error: { code: 'action_failed', message: 'no' },
      times: 1,
    })
    const server = await runningServer()
    expect(server).toMatchObject({ status: 'off', locked: false })
    const { actions } = (await api('GET', `/servers/${server.id}/actions`)).body
    expect(actions).toMatchObject([
      { command: 'create_server', status: 'success' },
      { command: 'start_server', status: 'error', error: { code: 'action_failed' } },
    ])
    expect((await api('POST', `/servers/${server.id}/actions/poweron`)).status).toBe(201)
  })

  it('takes the actions that wait for it along', async () => {
    const { api, simulator, runningServer } = createLab()
    simulator.control.addFault({
      kind: 'actionFailure',
      command: 'create_server',
      error: { code: 'placement_error', message: 'no' },
      times: 1,
    })
    const server = await runningServer()
    expect(server.status).toBe('off')
    const { actions } = (await api('GET', `/servers/${server.id}/actions?status=error`)).body
    expect(actions.map(({ error }: { error: { code: string } }) => error.code)).toEqual([
      'placement_error',
      'action_failed',
    ])
  })

  it('may also only drag on', async () => {
    const { simulator, runningServer } = createLab()
    simulator.control.addFault({ kind: 'slowAction', command: 'start_server', seconds: 86_400, times: 1 })
    expect(await runningServer()).toMatchObject({ status: 'starting', locked: true })
  })
})

describe('lists that lag', () => {
  it('show what was, while reads by id tell the truth', async () => {
    const { api, clock, simulator } = createLab()
    await api('POST', '/firewalls', { name: 'old' })
    simulator.control.addFault({ kind: 'listLag', seconds: 10 })
    await clock.advance(60_000)
    const { firewall } = (await api('POST', '/firewalls', { name: 'new' })).body
    const names = async () => (await api('GET', '/firewalls')).body.firewalls.map(({ name }: { name: string }) => name)
    expect(await names()).toEqual(['old'])
    expect((await api('GET', `/firewalls/${firewall.id}`)).status).toBe(200)
    await clock.advance(9_999)
    expect(await names()).toEqual(['old'])
    await clock.advance(1)
    expect(await names()).toEqual(['old', 'new'])
    await api('DELETE', `/firewalls/${firewall.id}`)
    expect(await names()).toEqual(['old', 'new'])
    simulator.control.clearFaults()
    expect(await names()).toEqual(['old'])
  })

  it('show a server in the status it had', async () => {
    const { api, clock, simulator } = createLab({ createSeconds: 3, startSeconds: 7 })
    await api('GET', '/servers')
    simulator.control.addFault({ kind: 'listLag', seconds: 5 })
    await api('POST', '/servers', wanted)
    const statuses = async () =>
      (await api('GET', '/servers')).body.servers.map(({ status }: { status: string }) => status)
    const seen: string[] = []
    for (let second = 0; second <= 16; second++) {
      seen.push((await statuses()).join())
      await clock.advance(1_000)
    }
    expect(seen).toEqual([
      ...Array(5).fill(''),
      ...Array(3).fill('initializing'),
      ...Array(7).fill('starting'),
      'running',
      'running',
    ])
  })
})

describe('an unseen hand', () => {
  it('deletes a server at once, whatever runs on it', async () => {
    const { api, clock, simulator, removed } = createLab()
    const { server, action } = (await api('POST', '/servers', wanted)).body
    simulator.control.deleteServer(server.id)
    expect((await api('GET', `/servers/${server.id}`)).status).toBe(404)
    expect((await api('GET', `/actions/${action.id}`)).body.action.status).toBe('error')
    expect(removed).toEqual([server.id])
    await clock.advance(60_000)
    expect(simulator.control.state().projects[0]).toMatchObject({ servers: [], primaryIPs: [], runningActions: [] })
    expect(clock.pending).toBe(0)
  })

  it('pulls the plug, renames and relabels', async () => {
    const { api, simulator, runningServer, powered } = createLab()
    const { id } = await runningServer({ labels: { mine: 'yes' } })
    simulator.control.powerOffServer(id)
    simulator.control.changeServer({ id, name: 'other', labels: {} })
    expect((await api('GET', `/servers/${id}`)).body.server).toMatchObject({ status: 'off', name: 'other', labels: {} })
    expect(powered.size).toBe(0)
  })

  it('deletes a firewall that is in use, and an address that is assigned', async () => {
    const { api, clock, simulator, runningServer } = createLab()
    const { firewall } = (await api('POST', '/firewalls', { name: 'marker' })).body
    const server = await runningServer({ firewalls: [{ firewall: firewall.id }] })
    simulator.control.deleteFirewall(firewall.id)
    simulator.control.deletePrimaryIP(server.public_net.ipv4.id)
    await clock.advance(5_000)
    const { public_net: net } = (await api('GET', `/servers/${server.id}`)).body.server
    expect(net).toMatchObject({ ipv4: null, firewalls: [] })
  })

  it('is told when there is nothing of that id', () => {
    const { simulator } = createLab()
    expect(() => simulator.control.deleteServer(1)).toThrow(/Cannot find 1/)
    expect(() => simulator.control.addToken({ of: tokenA, token: 'short' })).toThrow(/64 characters/)
  })
})

describe('answers of tomorrow', () => {
  it('hold members that nobody knows, and leave labels alone', async () => {
    const { simulator } = createLab()
    const get = async () => {
      const headers = { authorization: `Bearer ${tokenA}` }
      const response = await simulator.fetch(new Request('http://hetzner.test/v1/images?name=debian-13', { headers }))
      return (await response.json()) as { images: Record<string, unknown>[]; introduced_later?: boolean }
    }
    expect((await get()).introduced_later).toBeUndefined()
    simulator.control.addFault({ kind: 'strangeAnswers' })
    const strange = await get()
    expect(strange.introduced_later).toBe(true)
    expect(strange.images[0]).toMatchObject({ introduced_later: true, labels: {}, name: 'debian-13' })
    expect(strange.images[0]?.['labels']).not.toHaveProperty('introduced_later')
    simulator.control.clearFaults()
    expect((await get()).introduced_later).toBeUndefined()
  })

  it('may show a status that is rarely seen', async () => {
    const { api, simulator, runningServer } = createLab()
    const { id } = await runningServer()
    simulator.control.changeServer({ id, status: 'migrating' })
    expect((await api('GET', `/servers/${id}`)).body.server.status).toBe('migrating')
  })
})

describe('the state of one project', () => {
  it('is found by its token', async () => {
    const { simulator, runningServer } = createLab()
    expect(simulator.control.project(tokenA)).toBeUndefined()
    await runningServer()
    expect(simulator.control.project(tokenA)?.servers).toMatchObject([{ status: 'running', userData: { bytes: 0 } }])
  })
})

describe('stopping', () => {
  it('leaves no timer behind', async () => {
    const { api, clock, simulator } = createLab()
    await api('POST', '/servers', wanted)
    expect(clock.pending).toBe(1)
    simulator.stop()
    expect(clock.pending).toBe(0)
  })
})

describe('the control routes', () => {
  const served = () => {
    const lab = createLab()
    const handler = withControl(lab.simulator.fetch, lab.simulator.controlRoutes)
    const call = (method: string, path: string, body?: object) =>
      handler(
        new Request(
          `http://hetzner.test/_simulator/${path}`,
          body ? { method, body: JSON.stringify(body) } : { method },
        ),
      )
    return { ...lab, call }
  }

  it('do what the functions do', async () => {
    const { api, call, runningServer } = served()
    const { id } = await runningServer()
    expect((await call('POST', 'servers/change', { id, labels: { a: 'b' } })).status).toBe(200)
    expect((await api('GET', `/servers/${id}`)).body.server.labels).toEqual({ a: 'b' })
    expect((await call('POST', 'servers/delete', { id })).status).toBe(200)
    const state = (await (await call('GET', 'state')).json()) as { projects: object[] }
    expect(state.projects).toMatchObject([{ name: 'project-1', servers: [] }])
  })

  it.each([
    ['servers/delete', { id: 1 }],
    ['servers/delete', {}],
    ['servers/delete', { id: 1, force: true }],
    ['tokens/add', { of: tokenA, token: 'short' }],
  ])('refuse %s with %j in one line or more', async (path, body) => {
    const { call } = served()
    const response = await call('POST', path, body)
    expect(response.status).toBe(400)
    expect(((await response.json()) as { error: string }).error).not.toBe('')
  })
})
