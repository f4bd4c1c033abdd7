import { describe, expect, it } from 'vitest'
import { createLab, tokenA, tokenB } from './support.ts'

const wanted = { name: 'echo', server_type: 'cx23', image: 'debian-13', location: 'nbg1' }

describe('a new server', () => {
  it('goes from initializing over off and starting to running, with the actions that its creation promised', async () => {
    const { api, clock } = createLab({ createSeconds: 3, startSeconds: 7 })
    const { body, status } = await api('POST', '/servers', wanted)
    expect(status).toBe(201)
    expect(body.server).toMatchObject({ name: 'echo', status: 'initializing', locked: true })
    expect(body.action).toMatchObject({ command: 'create_server', status: 'running', progress: 0, finished: null })
    expect(body.next_actions).toMatchObject([{ command: 'start_server', status: 'running', id: body.action.id + 1 }])

    const look = async () => {
      const { server } = (await api('GET', `/servers/${body.server.id}`)).body
      const { actions } = (await api('GET', `/actions?id=${body.action.id}&id=${body.next_actions[0].id}`)).body
      return [server.status, server.locked, ...actions.map((action: { status: string }) => action.status)]
    }
    await clock.advance(2_999)
    expect(await look()).toEqual(['initializing', true, 'running', 'running'])
    await clock.advance(1)
    expect(await look()).toEqual(['starting', true, 'success', 'running'])
    await clock.advance(7_000)
    expect(await look()).toEqual(['running', false, 'success', 'success'])
  })

  it('stays off when it is not to be started', async () => {
    const { runningServer, powered } = createLab()
    const server = await runningServer({ start_after_create: false })
    expect(server).toMatchObject({ status: 'off', locked: false })
    expect(powered.size).toBe(0)
  })

  it('runs on its Primary IPv4 with the user data it was given, which no answer ever shows', async () => {
    const { runningServer, powered, api, simulator } = createLab()
    const server = await runningServer({ user_data: 'secret-of-mine' })
    expect(powered.get(server.id)).toMatchObject({ userData: 'secret-of-mine', ipv4: server.public_net.ipv4.ip })
    expect(server.public_net.ipv4.ip).toMatch(/^127\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+$/)
    expect(JSON.stringify((await api('GET', '/servers')).body)).not.toContain('secret-of-mine')
    expect(JSON.stringify(simulator.control.state())).not.toContain('secret-of-mine')
  })

  it('has a root password only when no SSH key was given', async () => {
    const { api } = createLab()
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb1YgIgiYdpzZHtnMD0m6Xx4CGH1MlGRmWzAjNPj5Vr x'
    await api('POST', '/ssh_keys', { name: 'key', public_key: key })
    expect((await api('POST', '/servers', wanted)).body.root_password).toMatch(/^\w{20}$/)
    const withKey = await api('POST', '/servers', { ...wanted, name: 'other', ssh_keys: ['key'] })
    expect(withKey.body.root_password).toBeNull()
  })

  it('is placed by Hetzner when no location is asked for', async () => {
    const { api } = createLab()
    const { location: _, ...anywhere } = wanted
    expect(['nbg1', 'fsn1', 'hel1']).toContain((await api('POST', '/servers', anywhere)).body.server.location.name)
  })

  it.each([
    { what: 'an unknown member', change: { extra: 1 }, field: 'extra' },
    { what: 'a name that is no host name', change: { name: 'under_score' }, field: 'name' },
    { what: 'a name that ends in a dash', change: { name: 'dash-' }, field: 'name' },
    { what: 'a missing name', change: { name: undefined }, field: 'name' },
    { what: 'a number for a name', change: { name: 5 }, field: 'name' },
    { what: 'an unknown type', change: { server_type: 'cx99' }, field: 'server_type' },
    { what: 'an unknown image', change: { image: 'beos' }, field: 'image' },
    { what: 'an unknown location', change: { location: 'moon' }, field: 'location' },
    { what: 'an unknown SSH key', change: { ssh_keys: ['nobody'] }, field: 'ssh_keys' },
    { what: 'an unknown firewall', change: { firewalls: [{ firewall: 1 }] }, field: 'firewalls' },
    { what: 'a reserved label', change: { labels: { 'hetzner.cloud/x': '1' } }, field: 'labels' },
    { what: 'a label that is no label', change: { labels: { 'a b': '1' } }, field: 'labels' },
    { what: 'user data of 32,769 bytes', change: { user_data: `${'ä'.repeat(16_384)}x` }, field: 'user_data' },
    { what: 'a type that is not sold there', change: { location: 'ash' } },
    { what: 'a type of the past', change: { server_type: 'cx22' } },
    { what: 'no network at all', change: { public_net: { enable_ipv4: false, enable_ipv6: false } } },
  ])('is refused with $what', async ({ change, field }) => {
    const { api, simulator } = createLab()
    const { status, body } = await api('POST', '/servers', { ...wanted, ...change })
    expect([status, body.error.code]).toEqual([422, 'invalid_input'])
    expect(body.error.details.fields?.[0]?.name).toBe(field)
    expect(simulator.control.state().projects[0]?.servers).toEqual([])
  })

  it('takes user data of 32,768 bytes, and type, image and location by id', async () => {
    const { api } = createLab()
    const byID = { name: 'echo', server_type: 114, image: 310557660, location: 2, user_data: 'ä'.repeat(16_384) }
    expect((await api('POST', '/servers', byID)).status).toBe(201)
  })

  it('gets the image of its own architecture', async () => {
    const { api } = createLab()
    const arm = await api('POST', '/servers', { ...wanted, server_type: 'cax11' })
    expect(arm.body.server.image).toMatchObject({ name: 'debian-13', architecture: 'arm' })
    const mixed = await api('POST', '/servers', { ...wanted, name: 'x', server_type: 'cax11', image: 310557660 })
    expect(mixed.body.error.code).toBe('invalid_input')
  })
})

describe('a server name', () => {
  it('is taken until the delete action ends, then it is free again', async () => {
    const { api, clock, runningServer } = createLab({ deleteSeconds: 2 })
    const server = await runningServer({ name: 'echo' })
    expect((await api('POST', '/servers', wanted)).body.error.code).toBe('uniqueness_error')
    expect((await api('DELETE', `/servers/${server.id}`)).body.action.command).toBe('delete_server')
    expect((await api('GET', `/servers/${server.id}`)).body.server.status).toBe('deleting')
    expect((await api('POST', '/servers', wanted)).status).toBe(409)
    await clock.advance(2_000)
    expect((await api('GET', `/servers/${server.id}`)).status).toBe(404)
    expect((await api('POST', '/servers', wanted)).status).toBe(201)
  })

  it('cannot be taken by renaming either, and is another project’s to use', async () => {
    const { api, as, runningServer } = createLab()
    await runningServer({ name: 'echo' })
    const other = await runningServer({ name: 'other' })
    expect((await api('PUT', `/servers/${other.id}`, { name: 'echo' })).status).toBe(409)
    expect((await api('PUT', `/servers/${other.id}`, { name: 'other' })).status).toBe(200)
    expect((await as(tokenB)('POST', '/servers', wanted)).status).toBe(201)
  })
})

describe('a lock', () => {
  it.each([
    ['DELETE', ''],
    ['POST', '/actions/poweroff'],
    ['POST', '/actions/poweron'],
    ['POST', '/actions/shutdown'],
    ['POST', '/actions/reboot'],
    ['POST', '/actions/reset'],
  ])('refuses %s %s while an action runs', async (method, path) => {
    const { api } = createLab()
    const { server } = (await api('POST', '/servers', wanted)).body
    const answer = await api(method, `/servers/${server.id}${path}`)
    expect([answer.status, answer.body.error.code]).toEqual([423, 'locked'])
  })

  it('does not refuse a change of name and labels, which replace the old ones', async () => {
    const { api } = createLab()
    const { server } = (await api('POST', '/servers', { ...wanted, labels: { a: '1' } })).body
    const changed = await api('PUT', `/servers/${server.id}`, { labels: { b: '2' } })
    expect(changed.body.server).toMatchObject({ name: 'echo', labels: { b: '2' } })
    expect(changed.body.server.labels).not.toHaveProperty('a')
  })
})

describe('power', () => {
  it('goes off hard and comes on again', async () => {
    const { api, clock, runningServer, powered } = createLab({ powerOffSeconds: 2, startSeconds: 7 })
    const { id } = await runningServer()
    await api('POST', `/servers/${id}/actions/poweroff`)
    expect((await api('GET', `/servers/${id}`)).body.server.status).toBe('stopping')
    expect(powered.has(id)).toBe(false)
    await clock.advance(2_000)
    expect((await api('GET', `/servers/${id}`)).body.server.status).toBe('off')
    await api('POST', `/servers/${id}/actions/poweron`)
    expect((await api('GET', `/servers/${id}`)).body.server.status).toBe('starting')
    await clock.advance(7_000)
    expect((await api('GET', `/servers/${id}`)).body.server.status).toBe('running')
    expect(powered.has(id)).toBe(true)
  })

  it('ends the shutdown action when the signal is sent; the guest is off later', async () => {
    const { api, clock, runningServer } = createLab({ shutdownSeconds: 10 })
    const { id } = await runningServer()
    const { action } = (await api('POST', `/servers/${id}/actions/shutdown`)).body
    await clock.advance(1_000)
    expect((await api('GET', `/actions/${action.id}`)).body.action.status).toBe('success')
    expect((await api('GET', `/servers/${id}`)).body.server).toMatchObject({ status: 'stopping', locked: false })
    await clock.advance(10_000)
    expect((await api('GET', `/servers/${id}`)).body.server.status).toBe('off')
  })

  it('stays on when the guest ignores the signal', async () => {
    const { api, clock, runningServer, simulator } = createLab()
    const { id } = await runningServer()
    simulator.control.addFault({ kind: 'ignoredShutdown' })
    await api('POST', `/servers/${id}/actions/shutdown`)
    await clock.advance(60_000)
    expect((await api('GET', `/servers/${id}`)).body.server.status).toBe('running')
  })

  it('can be cut while the guest goes down, and the old way down does not strike later', async () => {
    const { api, clock, runningServer } = createLab({ shutdownSeconds: 60, powerOffSeconds: 2, startSeconds: 7 })
    const { id } = await runningServer()
    await api('POST', `/servers/${id}/actions/shutdown`)
    await clock.advance(1_000)
    await api('POST', `/servers/${id}/actions/poweroff`)
    await clock.advance(2_000)
    await api('POST', `/servers/${id}/actions/poweron`)
    await clock.advance(120_000)
    expect((await api('GET', `/servers/${id}`)).body.server.status).toBe('running')
  })
})

describe('deletion', () => {
  it('takes implicit addresses along, leaves explicit ones free, and removes the machine', async () => {
    const { api, clock, runningServer, removed } = createLab()
    const { primary_ip: kept } = (await api('POST', '/primary_ips', { name: 'kept', type: 'ipv4', location: 'nbg1' }))
      .body
    const server = await runningServer({ public_net: { ipv4: kept.id } })
    expect(server.public_net.ipv4).toMatchObject({ id: kept.id, ip: kept.ip })
    expect((await api('GET', '/primary_ips')).body.primary_ips).toHaveLength(2)
    await api('DELETE', `/servers/${server.id}`)
    await clock.advance(5_000)
    expect((await api('GET', '/primary_ips')).body.primary_ips).toMatchObject([
      { id: kept.id, assignee_id: null, assignee_type: 'unassigned' },
    ])
    expect(removed).toEqual([server.id])
  })

  it('is refused while it is under way, and is 404 afterwards', async () => {
    const { api, clock, runningServer } = createLab()
    const { id } = await runningServer()
    await api('DELETE', `/servers/${id}`)
    expect((await api('DELETE', `/servers/${id}`)).status).toBe(423)
    await clock.advance(5_000)
    expect((await api('DELETE', `/servers/${id}`)).body.error.code).toBe('not_found')
  })
})

describe('Hetzner projects', () => {
  it('do not see each other, and share no ids', async () => {
    const { api, as } = createLab()
    const mine = (await api('POST', '/servers', wanted)).body
    const theirs = (await as(tokenB)('POST', '/servers', wanted)).body
    expect(theirs.server.id).not.toBe(mine.server.id)
    expect((await api('GET', `/servers/${theirs.server.id}`)).status).toBe(404)
    expect((await api('GET', `/actions/${theirs.action.id}`)).status).toBe(404)
    expect((await as(tokenA)('GET', '/servers')).body.servers).toHaveLength(1)
  })
})
