import { describe, expect, it } from 'vitest'
import { createLab, tokenA } from './support.ts'

const wanted = { name: 'ip', type: 'ipv4', location: 'nbg1' }
const codeOf = ({ status, body }: { status: number; body: { error?: { code: string } } }) => [status, body.error?.code]

describe('a Primary IP', () => {
  it('is free at first, with an address of its own', async () => {
    const { api } = createLab()
    const { body, status } = await api('POST', '/primary_ips', { ...wanted, labels: { a: 'b' } })
    expect(status).toBe(201)
    expect(body).not.toHaveProperty('action')
    expect(body.primary_ip).toMatchObject({
      name: 'ip',
      location: { name: 'nbg1' },
      labels: { a: 'b' },
      auto_delete: false,
      assignee_id: null,
      assignee_type: 'unassigned',
    })
    const v6 = await api('POST', '/primary_ips', { ...wanted, name: 'six', type: 'ipv6' })
    expect(v6.body.primary_ip.ip).toMatch(/^2001:db8:[0-9a-f]+:[0-9a-f]+::\/64$/)
  })

  it('never shares its address, and none comes back soon', async () => {
    const { api, as } = createLab()
    const seen = new Set<string>()
    for (let round = 0; round < 50; round++) {
      const client = round % 2 === 0 ? api : as('b'.repeat(64))
      const { primary_ip: one } = (await client('POST', '/primary_ips', wanted)).body
      seen.add(one.ip)
      await client('DELETE', `/primary_ips/${one.id}`)
    }
    expect(seen.size).toBe(50)
  })

  it.each([
    { what: 'neither a location nor an assignee', change: { location: undefined }, want: [422, 'invalid_input'] },
    { what: 'an unknown location', change: { location: 'moon' }, want: [422, 'invalid_input'] },
    { what: 'an empty name', change: { name: '' }, want: [422, 'invalid_input'] },
    { what: 'an unknown type', change: { type: 'ipv5' }, want: [422, 'invalid_input'] },
    { what: 'a datacenter', change: { datacenter: 'nbg1-dc3' }, want: [422, 'invalid_input'] },
    { what: 'an unknown assignee', change: { location: undefined, assignee_id: 5 }, want: [422, 'invalid_input'] },
    { what: 'a name that is taken', change: { name: 'taken' }, want: [409, 'uniqueness_error'] },
  ])('is refused with $what', async ({ change, want }) => {
    const { api } = createLab()
    await api('POST', '/primary_ips', { ...wanted, name: 'taken' })
    expect(codeOf(await api('POST', '/primary_ips', { ...wanted, ...change }))).toEqual(want)
  })

  it('cannot be deleted or let go while its server is on', async () => {
    const { api, clock, runningServer } = createLab()
    const server = await runningServer()
    const path = `/primary_ips/${server.public_net.ipv4.id}`
    expect(codeOf(await api('DELETE', path))).toEqual([422, 'must_be_unassigned'])
    expect(codeOf(await api('POST', `${path}/actions/unassign`))).toEqual([422, 'server_not_stopped'])
    await api('POST', `/servers/${server.id}/actions/poweroff`)
    expect(codeOf(await api('POST', `${path}/actions/unassign`))).toEqual([423, 'locked'])
    await clock.advance(5_000)
    expect((await api('POST', `${path}/actions/unassign`)).status).toBe(201)
    await clock.advance(5_000)
    expect((await api('GET', `/servers/${server.id}`)).body.server.public_net.ipv4).toBeNull()
    expect((await api('DELETE', path)).status).toBe(204)
    expect((await api('GET', path)).status).toBe(404)
  })

  it('is assigned to a server that is off, in the same location, and has none', async () => {
    const { api, clock, runningServer } = createLab()
    const server = await runningServer({ start_after_create: false, public_net: { enable_ipv4: false } })
    const free = (await api('POST', '/primary_ips', wanted)).body.primary_ip
    const far = (await api('POST', '/primary_ips', { ...wanted, name: 'far', location: 'hel1' })).body.primary_ip
    const assign = (id: number) =>
      api('POST', `/primary_ips/${id}/actions/assign`, { assignee_type: 'server', assignee_id: server.id })
    expect(codeOf(await assign(far.id))).toEqual([422, 'primary_ip_datacenter_mismatch'])
    expect((await assign(free.id)).body.action).toMatchObject({ command: 'assign_primary_ip', status: 'running' })
    await clock.advance(5_000)
    expect((await api('GET', `/servers/${server.id}`)).body.server.public_net.ipv4.ip).toBe(free.ip)
    expect(codeOf(await assign(free.id))).toEqual([422, 'primary_ip_already_assigned'])
    const second = (await api('POST', '/primary_ips', { ...wanted, name: 'second' })).body.primary_ip
    expect(codeOf(await assign(second.id))).toEqual([422, 'server_has_ipv4'])
  })

  it('is refused for a new server when it is taken, elsewhere, or of the other version', async () => {
    const { api, runningServer } = createLab()
    const taken = (await runningServer()).public_net.ipv4.id
    const far = (await api('POST', '/primary_ips', { ...wanted, location: 'hel1' })).body.primary_ip.id
    const six = (await api('POST', '/primary_ips', { ...wanted, name: 'six', type: 'ipv6' })).body.primary_ip.id
    const create = async (ipv4: number) =>
      codeOf(
        await api('POST', '/servers', {
          name: 'x',
          server_type: 'cx23',
          image: 'debian-13',
          location: 'nbg1',
          public_net: { ipv4 },
        }),
      )
    expect(await create(taken)).toEqual([422, 'primary_ip_assigned'])
    expect(await create(far)).toEqual([422, 'primary_ip_datacenter_mismatch'])
    expect(await create(six)).toEqual([412, 'primary_ip_version_mismatch'])
    expect(await create(1)).toEqual([422, 'invalid_input'])
  })

  it('pulls a server without a location to its own', async () => {
    const { api } = createLab()
    const { id } = (await api('POST', '/primary_ips', { ...wanted, location: 'hel1' })).body.primary_ip
    const { body } = await api('POST', '/servers', {
      name: 'x',
      server_type: 'cx23',
      image: 'debian-13',
      public_net: { ipv4: id },
    })
    expect(body.server.location.name).toBe('hel1')
  })
})

describe('quota', () => {
  it('limits servers, and the addresses that come with them', async () => {
    const { api, simulator } = createLab()
    const create = (name: string) => api('POST', '/servers', { name, server_type: 'cx23', image: 'debian-13' })
    await api('GET', '/servers')
    simulator.control.setLimits({ token: tokenA, servers: 2, primaryIPs: 3 })
    expect((await create('a')).status).toBe(201)
    const noAddress = await create('b')
    expect([noAddress.status, noAddress.body.error.details.limits]).toEqual([403, [{ name: 'primary_ip_limit' }]])
    simulator.control.setLimits({ token: tokenA, primaryIPs: 100 })
    expect((await create('b')).status).toBe(201)
    const noServer = await create('c')
    expect([noServer.status, noServer.body.error.details.limits]).toEqual([403, [{ name: 'server_limit' }]])
  })

  it('counts released Primary IPs for a while', async () => {
    const { api, clock } = createLab({ primaryIPLimit: 1, quotaReleaseSeconds: 60 })
    const { primary_ip: one } = (await api('POST', '/primary_ips', wanted)).body
    const refused = await api('POST', '/primary_ips', { ...wanted, name: 'two' })
    expect(codeOf(refused)).toEqual([403, 'resource_limit_exceeded'])
    expect(refused.body.error.details.limits).toEqual([{ name: 'primary_ip_limit' }])
    await api('DELETE', `/primary_ips/${one.id}`)
    expect((await api('POST', '/primary_ips', wanted)).status).toBe(403)
    await clock.advance(60_000)
    expect((await api('POST', '/primary_ips', wanted)).status).toBe(201)
  })
})
