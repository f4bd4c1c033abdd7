import { describe, expect, it } from 'vitest'
import { type Body, createLab, type Lab } from './support.ts'

const subnet = { type: 'cloud', network_zone: 'eu-central', ip_range: '10.0.1.0/24' }

async function network({ api }: Lab, change: object = {}): Promise<Body> {
  const answer = await api('POST', '/networks', { name: 'net', ip_range: '10.0.0.0/16', subnets: [subnet], ...change })
  expect(answer.status).toBe(201)
  return answer.body.network
}

describe('a private network', () => {
  it.each([
    { what: 'a public range', body: { ip_range: '1.2.3.0/24' }, field: 'ip_range' },
    { what: 'a range that is too small', body: { ip_range: '10.0.0.0/25' }, field: 'ip_range' },
    { what: 'a range with bits of a host', body: { ip_range: '10.0.0.1/16' }, field: 'ip_range' },
    { what: 'a subnet outside', body: { subnets: [{ ...subnet, ip_range: '10.1.0.0/24' }] }, field: 'ip_range' },
    {
      what: 'a subnet that is too small',
      body: { subnets: [{ ...subnet, ip_range: '10.0.0.0/31' }] },
      field: 'ip_range',
    },
    { what: 'subnets that overlap', body: { subnets: [subnet, subnet] }, field: 'ip_range' },
    { what: 'an unknown zone', body: { subnets: [{ ...subnet, network_zone: 'moon' }] }, field: 'network_zone' },
    { what: 'a vSwitch without an id', body: { subnets: [{ ...subnet, type: 'vswitch' }] }, field: 'vswitch_id' },
    { what: 'an unknown member', body: { colour: 'red' }, field: 'colour' },
    {
      what: 'a route to the public',
      body: { routes: [{ destination: '8.8.8.0/24', gateway: '10.0.1.2' }] },
      field: 'destination',
    },
    {
      what: 'a route into a subnet',
      body: { routes: [{ destination: '10.0.1.0/25', gateway: '10.0.1.2' }] },
      field: 'destination',
    },
    {
      what: 'a route over its gateway',
      body: { routes: [{ destination: '10.9.0.0/16', gateway: '10.0.0.1' }] },
      field: 'gateway',
    },
  ])('is refused with $what', async ({ body, field }) => {
    const { api } = createLab()
    const answer = await api('POST', '/networks', { name: 'net', ip_range: '10.0.0.0/16', subnets: [subnet], ...body })
    expect([answer.status, answer.body.error.code]).toEqual([422, 'invalid_input'])
    expect(answer.body.error.details.fields[0].name).toBe(field)
  })

  it('gives a subnet without a range the first one that is free', async () => {
    const lab = createLab()
    const { subnets } = await network(lab, {
      subnets: [
        { ...subnet, ip_range: '10.0.0.0/24' },
        { ...subnet, ip_range: undefined },
      ],
    })
    expect(subnets.map((one: Body) => [one.ip_range, one.gateway])).toEqual([
      ['10.0.0.0/24', '10.0.0.1'],
      ['10.0.1.0/24', '10.0.0.1'],
    ])
  })

  it('only grows, and only at its end', async () => {
    const lab = createLab()
    const { id } = await network(lab)
    const path = `/networks/${id}/actions/change_ip_range`
    for (const range of ['10.0.0.0/17', '10.2.0.0/15']) {
      expect((await lab.api('POST', path, { ip_range: range })).status).toBe(422)
    }
    expect((await lab.api('POST', path, { ip_range: '10.0.0.0/14' })).status).toBe(201)
    await lab.clock.advance(5_000)
    expect((await lab.api('GET', `/networks/${id}`)).body.network.ip_range).toBe('10.0.0.0/14')
  })

  it('refuses a second change while one is under way', async () => {
    const lab = createLab()
    const { id } = await network(lab)
    const change = () => lab.api('POST', `/networks/${id}/actions/add_subnet`, { ...subnet, ip_range: undefined })
    expect((await change()).status).toBe(201)
    for (const refused of [await change(), await lab.api('PUT', `/networks/${id}`, { name: 'x' })]) {
      expect([refused.status, refused.body.error.code]).toEqual([409, 'conflict'])
    }
    await lab.clock.advance(5_000)
    expect((await change()).status).toBe(201)
  })
})

describe('a server in a private network', () => {
  it('has its address when the attachment has succeeded, not before', async () => {
    const lab = createLab()
    const { id } = await network(lab)
    const body = { name: 's', server_type: 'cx23', image: 'debian-13', location: 'nbg1', networks: [id] }
    const created = (await lab.api('POST', '/servers', body)).body
    expect(created.next_actions.map((one: Body) => one.command)).toEqual(['start_server', 'attach_to_network'])
    expect(created.server.private_net).toEqual([])
    await lab.clock.advance(60_000)
    const { server } = (await lab.api('GET', `/servers/${created.server.id}`)).body
    expect(server.private_net).toMatchObject([{ network: id, ip: '10.0.1.1', alias_ips: [] }])
    expect((await lab.api('GET', `/networks/${id}`)).body.network.servers).toEqual([server.id])
  })

  it('may have no public address at all', async () => {
    const lab = createLab()
    const { id } = await network(lab)
    const server = await lab.runningServer({ networks: [id], public_net: { enable_ipv4: false, enable_ipv6: false } })
    expect([server.status, server.public_net.ipv4]).toEqual(['running', null])
  })

  it.each([
    { what: 'twice', wish: {}, before: true, code: 'server_already_attached' },
    { what: 'with an address outside', wish: { ip: '10.9.9.9' }, code: 'ip_not_available' },
    { what: 'with the address of another', wish: { ip: '10.0.1.1' }, code: 'ip_not_available' },
    { what: 'with the last address of the subnet', wish: { ip: '10.0.1.255' }, code: 'ip_not_available' },
    { what: 'with an alias of another', wish: { alias_ips: ['10.0.1.1'] }, code: 'ip_not_available' },
    { what: 'to a subnet that is none', wish: { ip_range: '10.0.9.0/24' }, code: 'no_subnet_available' },
    { what: 'from another zone', wish: {}, location: 'ash', code: 'no_subnet_available' },
    { what: 'to two networks that overlap', wish: {}, overlap: true, code: 'networks_overlap' },
    { what: 'to an unknown network', wish: { network: 1 }, code: 'invalid_input' },
  ])('is not attached $what', async ({ wish, code, location = 'nbg1', before = false, overlap = false }) => {
    const lab = createLab()
    const { id } = await network(lab)
    await lab.runningServer({ networks: [id] })
    const other = overlap ? (await network(lab, { name: 'other' })).id : undefined
    const networks = before ? [id] : overlap ? [other] : []
    const type = location === 'ash' ? 'cpx11' : 'cx23'
    const server = await lab.runningServer({ networks, location, server_type: type })
    const answer = await lab.api('POST', `/servers/${server.id}/actions/attach_to_network`, { network: id, ...wish })
    expect([answer.status, answer.body.error.code]).toEqual([422, code])
  })

  it('keeps the subnet, and leaves the network when that is deleted', async () => {
    const lab = createLab()
    const { id } = await network(lab)
    const server = await lab.runningServer({ networks: [id] })
    const refused = await lab.api('POST', `/networks/${id}/actions/delete_subnet`, { ip_range: subnet.ip_range })
    expect(refused.body.error.code).toBe('service_error')
    expect((await lab.api('DELETE', `/networks/${id}`)).status).toBe(204)
    expect((await lab.api('GET', `/servers/${server.id}`)).body.server.private_net).toEqual([])
  })

  it('is told when its network is deleted while it is being attached', async () => {
    const lab = createLab()
    const { id } = await network(lab)
    const server = await lab.runningServer()
    const { action } = (await lab.api('POST', `/servers/${server.id}/actions/attach_to_network`, { network: id })).body
    await lab.api('DELETE', `/networks/${id}`)
    expect((await lab.api('GET', `/actions/${action.id}`)).body.action.status).toBe('error')
    expect((await lab.api('GET', `/servers/${server.id}`)).body.server).toMatchObject({
      locked: false,
      private_net: [],
    })
  })
})
