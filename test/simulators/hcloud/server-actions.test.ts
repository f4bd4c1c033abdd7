import { describe, expect, it } from 'vitest'
import { type Body, createLab, type Lab } from './support.ts'

/** Does something to a server and waits until it has ended. */
const act =
  ({ api, clock }: Lab, server: Body) =>
  async (name: string, body?: object): Promise<Body> => {
    const answer = await api('POST', `/servers/${server.id}/actions/${name}`, body)
    await clock.advance(60_000)
    return answer.body
  }

const look = async ({ api }: Lab, { id }: Body): Promise<Body> => (await api('GET', `/servers/${id}`)).body.server

describe('a change of type', () => {
  it('needs the server to be off', async () => {
    const lab = createLab()
    const server = await lab.runningServer()
    const refused = await act(lab, server)('change_type', { server_type: 'cx33', upgrade_disk: true })
    expect(refused.error.code).toBe('server_not_stopped')
  })

  it('goes over migrating to running, with a larger disk if that was wished for', async () => {
    const lab = createLab()
    const [grown, kept] = [await lab.runningServer(), await lab.runningServer()]
    for (const [server, upgrade] of [
      [grown, true],
      [kept, false],
    ]) {
      await act(lab, server)('poweroff')
      await lab.api('POST', `/servers/${server.id}/actions/change_type`, { server_type: 'cx33', upgrade_disk: upgrade })
      expect((await look(lab, server)).status).toBe('migrating')
      await lab.clock.advance(60_000)
    }
    expect(await look(lab, grown)).toMatchObject({
      status: 'running',
      primary_disk_size: 80,
      server_type: { name: 'cx33' },
    })
    expect(await look(lab, kept)).toMatchObject({
      status: 'running',
      primary_disk_size: 40,
      server_type: { name: 'cx33' },
    })
    for (const [server, code] of [
      [grown, 'invalid_server_type'],
      [kept, undefined],
    ]) {
      await act(lab, server)('poweroff')
      const back = await act(lab, server)('change_type', { server_type: 'cx23', upgrade_disk: false })
      expect(back.error?.code).toBe(code)
    }
  })

  it.each([
    { what: 'its own type', type: 'cx23', code: 'invalid_server_type' },
    { what: 'another architecture', type: 'cax21', code: 'invalid_server_type' },
    { what: 'a type of the past', type: 'cx22', code: 'invalid_server_type' },
    { what: 'a type that is gone from here', type: 'cpx21', code: 'invalid_server_type' },
    { what: 'an unknown type', type: 'cx99', code: 'invalid_input' },
  ])('to $what is refused', async ({ type, code }) => {
    const lab = createLab()
    const server = await lab.runningServer()
    await act(lab, server)('poweroff')
    const refused = await act(lab, server)('change_type', { server_type: type, upgrade_disk: false })
    expect(refused.error.code).toBe(code)
  })
})

describe('a rebuild', () => {
  it('keeps id, name and addresses, loses the disk, and takes the old user data unless there is new', async () => {
    const lab = createLab()
    const server = await lab.runningServer({ user_data: 'old' })
    await act(lab, server)('rebuild', { image: 'ubuntu-24.04' })
    expect(lab.removed).toEqual([server.id])
    expect(lab.powered.get(server.id)?.userData).toBe('old')
    const again = await act(lab, server)('rebuild', { image: 'debian-13', user_data: 'new' })
    expect(again.root_password).toMatch(/^\w{20}$/)
    expect(lab.powered.get(server.id)?.userData).toBe('new')
    const { id, name, public_net: net, status } = await look(lab, server)
    expect({ id, name, net, status }).toEqual({
      ...{ id: server.id, name: server.name },
      net: server.public_net,
      status: 'running',
    })
  })

  it.each([
    { what: '32,769 bytes of user data', body: { user_data: 'x'.repeat(32_769) }, field: 'user_data' },
    { what: 'an unknown image', body: { image: 'beos' }, field: 'image' },
    { what: 'no image', body: { image: undefined }, field: 'image' },
  ])('with $what is refused', async ({ body, field }) => {
    const lab = createLab()
    const refused = await act(lab, await lab.runningServer())('rebuild', { image: 'debian-13', ...body })
    expect(refused.error.details.fields[0].name).toBe(field)
  })
})

describe('a reverse name', () => {
  it('belongs to the address, and goes back to the default', async () => {
    const lab = createLab()
    const server = await lab.runningServer()
    const { ip } = server.public_net.ipv4
    const inside = server.public_net.ipv6.ip.replace('::/64', '::7')
    await act(lab, server)('change_dns_ptr', { ip, dns_ptr: 'bot.example.org' })
    await act(lab, server)('change_dns_ptr', { ip: inside, dns_ptr: 'six.example.org' })
    const { public_net: net } = await look(lab, server)
    expect(net.ipv4.dns_ptr).toBe('bot.example.org')
    expect(net.ipv6.dns_ptr).toEqual([{ ip: inside, dns_ptr: 'six.example.org' }])
    const { primary_ip: address } = (await lab.api('GET', `/primary_ips/${net.ipv4.id}`)).body
    expect(address.dns_ptr).toEqual([{ ip, dns_ptr: 'bot.example.org' }])
    await act(lab, server)('change_dns_ptr', { ip, dns_ptr: null })
    expect((await look(lab, server)).public_net.ipv4.dns_ptr).toContain('clients.your-server.de')
    expect((await act(lab, server)('change_dns_ptr', { ip: '1.2.3.4', dns_ptr: null })).error.code).toBe(
      'invalid_input',
    )
  })
})

describe('backups', () => {
  it('have a window of hours while they are on', async () => {
    const lab = createLab()
    const server = await lab.runningServer()
    await act(lab, server)('enable_backup')
    const { backup_window: window } = await look(lab, server)
    expect(window).toMatch(/^\d\d-\d\d$/)
    await act(lab, server)('enable_backup')
    expect((await look(lab, server)).backup_window).toBe(window)
    await act(lab, server)('disable_backup')
    expect((await look(lab, server)).backup_window).toBeNull()
  })
})

describe('a placement group', () => {
  const off = { start_after_create: false }

  it('takes servers that are off, ten at most, and one group a server', async () => {
    const lab = createLab()
    const group = async (name: string) =>
      (await lab.api('POST', '/placement_groups', { name, type: 'spread' })).body.placement_group.id
    const [full, free] = [await group('full'), await group('free')]
    const servers: Body[] = []
    for (let index = 0; index < 10; index++) servers.push(await lab.runningServer({ ...off, placement_group: full }))
    const add = (server: Body, id: number) => act(lab, server)('add_to_placement_group', { placement_group: id })
    const spare = await lab.runningServer(off)
    expect((await add(spare, full)).error.code).toBe('service_error')
    expect((await add(servers[0], free)).error.code).toBe('already_in_placement_group')
    expect((await add(await lab.runningServer(), free)).error.code).toBe('server_not_stopped')
    expect((await add(spare, 1)).error.code).toBe('invalid_input')
    expect((await lab.api('DELETE', `/placement_groups/${full}`)).body.error.code).toBe('resource_in_use')
    await act(lab, servers[0])('remove_from_placement_group')
    expect((await add(spare, full)).error).toBeUndefined()
    expect((await look(lab, spare)).placement_group.servers).toHaveLength(10)
  })
})

describe('an ISO', () => {
  it('that is not there is detached at once', async () => {
    const lab = createLab()
    const server = await lab.runningServer()
    const { action } = (await lab.api('POST', `/servers/${server.id}/actions/detach_iso`)).body
    expect([action.status, action.progress]).toEqual(['success', 100])
    expect((await look(lab, server)).locked).toBe(false)
  })
})
