import { describe, expect, it } from 'vitest'
import { createLab } from './support.ts'

const rule = { direction: 'in', protocol: 'tcp', port: '8443', source_ips: ['0.0.0.0/0', '::/0'] }
const bySelector = (selector: string) => ({ type: 'label_selector', label_selector: { selector } })
const byServer = (id: number) => ({ type: 'server', server: { id } })

describe('a firewall', () => {
  it('given at creation is in force before the server starts', async () => {
    const { api, runningServer, powered } = createLab()
    const { firewall } = (await api('POST', '/firewalls', { name: 'f', rules: [rule] })).body
    const server = await runningServer({ firewalls: [{ firewall: firewall.id }] })
    expect(server.public_net.firewalls).toEqual([{ id: firewall.id, status: 'applied' }])
    expect(powered.get(server.id)?.rules()).toMatchObject([{ port: '8443', source_ips: ['0.0.0.0/0', '::/0'] }])
    expect((await api('GET', `/firewalls/${firewall.id}`)).body.firewall.applied_to).toEqual([byServer(server.id)])
  })

  it('selected by label is pending, locks the server, and then adds its rules', async () => {
    const { api, clock, runningServer, powered } = createLab({ firewallSeconds: 1 })
    const server = await runningServer({ labels: { shared: 'yes' } })
    expect(powered.get(server.id)?.rules()).toBeUndefined()
    const { body } = await api('POST', '/firewalls', { name: 'f', rules: [rule], apply_to: [bySelector('shared=yes')] })
    expect(body.actions).toMatchObject([{ command: 'apply_firewall', status: 'running' }])
    const pending = (await api('GET', `/servers/${server.id}`)).body.server
    expect(pending).toMatchObject({ locked: true, public_net: { firewalls: [{ status: 'pending' }] } })
    expect(powered.get(server.id)?.rules()).toBeUndefined()
    await clock.advance(1_000)
    const applied = (await api('GET', `/servers/${server.id}`)).body.server
    expect(applied).toMatchObject({ locked: false, public_net: { firewalls: [{ status: 'applied' }] } })
    expect(powered.get(server.id)?.rules()).toHaveLength(1)
    expect((await api('GET', `/firewalls/${body.firewall.id}`)).body.firewall.applied_to).toEqual([
      { ...bySelector('shared=yes'), applied_to_resources: [byServer(server.id)] },
    ])
  })

  it('follows labels: it leaves a server that lost them and finds one that got them', async () => {
    const { api, clock, runningServer } = createLab()
    const { firewall } = (await api('POST', '/firewalls', { name: 'f', apply_to: [bySelector('shared')] })).body
    const { id } = await runningServer()
    const links = async () => (await api('GET', `/servers/${id}`)).body.server.public_net.firewalls
    expect(await links()).toEqual([])
    await api('PUT', `/servers/${id}`, { labels: { shared: '' } })
    await clock.advance(1_000)
    expect(await links()).toEqual([{ id: firewall.id, status: 'applied' }])
    await api('PUT', `/servers/${id}`, { labels: {} })
    await clock.advance(1_000)
    expect(await links()).toEqual([])
  })

  it('appears once on a server that it reaches both ways, and rules of several add up', async () => {
    const { api, runningServer, powered } = createLab()
    const both = (await api('POST', '/firewalls', { name: 'both', rules: [rule], apply_to: [bySelector('shared')] }))
      .body.firewall
    const other = (await api('POST', '/firewalls', { name: 'other', rules: [{ ...rule, port: '80-85' }] })).body
      .firewall
    const server = await runningServer({
      labels: { shared: '' },
      firewalls: [{ firewall: both.id }, { firewall: other.id }],
    })
    expect(server.public_net.firewalls).toHaveLength(2)
    expect(
      powered
        .get(server.id)
        ?.rules()
        ?.map(({ port }) => port),
    ).toEqual(['8443', '80-85'])
  })

  it('changes its rules under a running server', async () => {
    const { api, runningServer, powered } = createLab()
    const { firewall } = (await api('POST', '/firewalls', { name: 'f', rules: [rule] })).body
    const server = await runningServer({ firewalls: [{ firewall: firewall.id }] })
    expect((await api('POST', `/firewalls/${firewall.id}/actions/set_rules`, { rules: [] })).body.actions).toHaveLength(
      1,
    )
    expect(powered.get(server.id)?.rules()).toEqual([])
  })

  it('is in use while it applies to anything, and for a while after its server is gone', async () => {
    const { api, clock, runningServer } = createLab({ deleteSeconds: 2, firewallReleaseSeconds: 2 })
    const { firewall } = (await api('POST', '/firewalls', { name: 'f' })).body
    const server = await runningServer({ firewalls: [{ firewall: firewall.id }] })
    const remove = async () => (await api('DELETE', `/firewalls/${firewall.id}`)).body?.error.code
    expect(await remove()).toBe('resource_in_use')
    await api('DELETE', `/servers/${server.id}`)
    await clock.advance(2_000)
    expect(await remove()).toBe('resource_in_use')
    await clock.advance(2_000)
    expect(await remove()).toBeUndefined()
  })

  it('is applied to a server once, and cannot be taken off one that a label selects', async () => {
    const { api, clock, runningServer } = createLab()
    const { id: server } = await runningServer({ labels: { shared: '' } })
    const { firewall } = (await api('POST', '/firewalls', { name: 'f', apply_to: [bySelector('shared')] })).body
    const act = async (action: string, body: object) => {
      const answer = await api('POST', `/firewalls/${firewall.id}/actions/${action}`, body)
      await clock.advance(2_000)
      return answer.body.error?.code ?? answer.status
    }
    expect(await act('remove_from_resources', { remove_from: [byServer(server)] })).toBe(
      'firewall_managed_by_label_selector',
    )
    expect(await act('apply_to_resources', { apply_to: [byServer(server)] })).toBe(201)
    expect(await act('apply_to_resources', { apply_to: [byServer(server)] })).toBe('firewall_already_applied')
    expect(await act('apply_to_resources', { apply_to: [byServer(5)] })).toBe('firewall_resource_not_found')
    expect(await act('remove_from_resources', { remove_from: [byServer(server), bySelector('shared')] })).toBe(201)
    expect((await api('GET', `/servers/${server}`)).body.server.public_net.firewalls).toEqual([])
    expect((await api('DELETE', `/firewalls/${firewall.id}`)).status).toBe(204)
  })

  it.each([
    { what: 'a port without need', rules: [{ ...rule, protocol: 'icmp' }], field: 'rules.0.port' },
    { what: 'no port for tcp', rules: [{ ...rule, port: undefined }], field: 'rules.0.port' },
    { what: 'a port beyond the last', rules: [{ ...rule, port: '70000' }], field: 'rules.0.port' },
    { what: 'a number for a port', rules: [{ ...rule, port: 443 }], field: 'rules.0.port' },
    { what: 'a range that runs backwards', rules: [{ ...rule, port: '90-80' }], field: 'rules.0.port' },
    {
      what: 'an address without a length',
      rules: [{ ...rule, source_ips: ['10.0.0.1'] }],
      field: 'rules.0.source_ips.0',
    },
    { what: 'no source for in', rules: [{ ...rule, source_ips: [] }], field: 'rules.0.source_ips' },
    { what: 'a destination for in', rules: [{ ...rule, destination_ips: ['::/0'] }], field: 'rules.0.destination_ips' },
    { what: '51 rules', rules: Array.from({ length: 51 }, () => rule), field: 'rules' },
    {
      what: '101 networks',
      rules: [{ ...rule, source_ips: Array.from({ length: 101 }, () => '::/0') }],
      field: 'rules.0.source_ips',
    },
    { what: 'an unknown member', rules: [{ ...rule, ports: '1' }], field: 'rules.0.ports' },
    {
      what: '504 effective rules',
      rules: Array.from({ length: 6 }, () => ({ ...rule, source_ips: Array.from({ length: 84 }, () => '::/0') })),
      field: 'rules',
    },
  ])('is refused with $what', async ({ rules, field }) => {
    const { api } = createLab()
    const { status, body } = await api('POST', '/firewalls', { name: 'f', rules })
    expect([status, body.error.code, body.error.details.fields[0].name]).toEqual([422, 'invalid_input', field])
  })

  it('waits for its place on a server that has five, also when a label selects it', async () => {
    const { api, clock, runningServer } = createLab()
    const target = { apply_to: [bySelector('shared')] }
    const create = async (name: string) => (await api('POST', '/firewalls', { name, ...target })).body.firewall.id
    const ids: number[] = []
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) ids.push(await create(name))
    const { id } = await runningServer({ labels: { shared: '' } })
    const held = async () =>
      (await api('GET', `/servers/${id}`)).body.server.public_net.firewalls.map((one: { id: number }) => one.id)
    expect(await held()).toEqual(ids.slice(0, 5))
    const more = { apply_to: [byServer(id)] }
    const refused = await api('POST', `/firewalls/${ids[5]}/actions/apply_to_resources`, more)
    expect([refused.status, refused.body.error.code]).toEqual([403, 'resource_limit_exceeded'])
    await api('POST', `/firewalls/${ids[0]}/actions/remove_from_resources`, { remove_from: [bySelector('shared')] })
    await clock.advance(5_000)
    expect(await held()).toEqual(ids.slice(1))
  })

  it('is refused with a selector that is none, or a name that is taken', async () => {
    const { api } = createLab()
    expect((await api('POST', '/firewalls', { name: 'f', apply_to: [bySelector('a b')] })).status).toBe(422)
    expect((await api('POST', '/firewalls', { name: 'f' })).status).toBe(201)
    expect((await api('POST', '/firewalls', { name: 'f' })).body.error.code).toBe('uniqueness_error')
  })
})
