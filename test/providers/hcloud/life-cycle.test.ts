// A server's life through the provider, on the simulated Hetzner.

import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../../src/clock.ts'
import type { Account } from '../../../src/providers/hcloud/account.ts'
import { createLab, type Lab, labelsOf, serverBody } from './lab.ts'

const ipBody = { name: 'bot-p1', type: 'ipv4' as const, location: 'nbg1', autoDelete: false, labels: labelsOf('p1') }

describe('a server', () => {
  it('is made on its Primary IP behind the marker, and both are found by label', async () => {
    const lab = createLab()
    const { account, markerID } = await lab.withMarker()
    const ip = await account.primaryIPs.create(ipBody, lab.write('p1'))
    expect(ip).toMatchObject({ assigneeID: null, autoDelete: false, location: 'nbg1' })
    const { id } = await lab.runningServer(account, 'p1', { ipv4ID: ip.id, firewallIDs: [markerID] })
    const [server] = await account.servers.find('p1', lab.signal)
    expect(server).toEqual({
      id,
      name: 'bot-p1',
      status: 'running',
      created: expect.any(String),
      ipv4: { id: ip.id, ip: ip.ip },
      type: 'cx23',
      location: 'nbg1',
      image: { id: expect.any(Number), name: 'debian-13' },
      labels: labelsOf('p1'),
      locked: false,
      firewallIDs: [markerID],
    })
    expect(await account.primaryIPs.find('p1', lab.signal)).toMatchObject([{ id: ip.id, assigneeID: id }])
    expect(await account.servers.byName('bot-p1', lab.signal)).toMatchObject({ id })
    expect(await account.servers.byID(id, lab.signal)).toMatchObject({ id })
    expect(await account.servers.byName('other', lab.signal)).toBeUndefined()
    expect(await account.servers.byID(4711, lab.signal)).toBeUndefined()
  })

  it('is stopped, started and deleted, after which its address is free and then gone', async () => {
    const lab = createLab()
    lab.start()
    const { account } = await lab.withMarker()
    const ip = await account.primaryIPs.create(ipBody, lab.write('p1'))
    const { id } = await lab.runningServer(account, 'p1', { ipv4ID: ip.id })
    const write = lab.write('p1', 'delete')

    await ended(lab, account, await account.servers.shutdown(id, write))
    await lab.clock.advance(seconds(30))
    expect(await account.servers.find('p1', lab.signal)).toMatchObject([{ status: 'off' }])
    await ended(lab, account, await account.servers.powerOn(id, write))
    expect(await account.servers.find('p1', lab.signal)).toMatchObject([{ status: 'running' }])

    await expect(account.primaryIPs.delete(ip.id, write)).rejects.toMatchObject({ code: 'must_be_unassigned' })
    await ended(lab, account, await account.servers.delete(id, write))
    expect(await account.servers.delete(id, write)).toBeUndefined()
    expect(await account.primaryIPs.delete(ip.id, write)).toBe(true)
    expect(await account.primaryIPs.delete(ip.id, write)).toBe(false)
    expect(await account.servers.findLive('p1', { signal: lab.signal })).toEqual([])
    expect(await account.primaryIPs.findLive('p1', { signal: lab.signal })).toEqual([])
  })

  it('is found, not made again, when the answer to its making was lost (R8)', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    lab.fault({ route: 'POST /servers', times: 1, kind: 'after' })
    const create = () => account.servers.create(serverBody('p1'), lab.write('p1'))
    await expect(create()).rejects.toMatchObject({ outcomeUnknown: true, errorClass: 'Transient' })
    expect(await account.servers.find('p1', lab.signal)).toHaveLength(1)
    await expect(create()).rejects.toMatchObject({ code: 'uniqueness_error', details: { fields: ['name'] } })
  })

  it('whose create ran into the limit of ten seconds may exist', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    lab.fault({ route: 'POST /servers', times: 1, kind: 'late', ms: 30_000 })
    const create = account.servers.create(serverBody('p1'), lab.write('p1'))
    const refused = expect(create).rejects.toMatchObject({ code: 'timed_out', outcomeUnknown: true })
    await lab.clock.advance(seconds(11))
    await refused
    expect(await account.servers.find('p1', lab.signal)).toHaveLength(1)
  })

  it('is locked while an action runs', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    const { server } = await account.servers.create(serverBody('p1'), lab.write('p1'))
    const refused = account.servers.powerOff(server.id, lab.write('p1'))
    await expect(refused).rejects.toMatchObject({ code: 'locked', errorClass: 'Conflict', retryAfter: seconds(5) })
  })

  it.each([
    {
      what: 'a sold-out pair',
      body: {},
      prepare: (lab: Lab) => lab.simulator.control.addFault({ kind: 'soldOut', type: 'cx23', location: 'nbg1' }),
      want: { errorClass: 'Capacity' },
    },
    { what: 'an unknown type', body: { type: 'cx99' }, prepare: () => undefined, want: { errorClass: 'InvalidSpec' } },
    {
      what: 'user data over the limit',
      body: { userData: 'x'.repeat(32_769) },
      prepare: () => undefined,
      want: { errorClass: 'InvalidSpec', details: { fields: ['user_data'] } },
    },
  ])('is refused with the right class for $what', async ({ body, prepare, want }) => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    prepare(lab)
    const refused = account.servers.create(serverBody('p1', body), lab.write('p1'))
    await expect(refused).rejects.toMatchObject({ ...want, outcomeUnknown: false })
  })
})

describe('a Primary IP', () => {
  it('is changed in place', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    const ip = await account.primaryIPs.create(ipBody, lab.write('p1'))
    const labels = { ...labelsOf('p1'), 'botyard.dev/served': 'true' }
    const changed = await account.primaryIPs.update(ip.id, { labels, autoDelete: true }, lab.write('p1'))
    expect(changed).toEqual({ ...ip, labels, autoDelete: true })
  })

  it('is taken off a server that is off', async () => {
    const lab = createLab()
    lab.start()
    const { account } = await lab.withMarker()
    const ip = await account.primaryIPs.create(ipBody, lab.write('p1'))
    const { id } = await lab.runningServer(account, 'p1', { ipv4ID: ip.id })
    const unassign = () => account.primaryIPs.unassign(ip.id, lab.write('p1'))
    await expect(unassign()).rejects.toMatchObject({ code: 'server_not_stopped', errorClass: 'Conflict' })
    await ended(lab, account, await account.servers.powerOff(id, lab.write('p1')))
    await ended(lab, account, await unassign())
    expect(await account.primaryIPs.byID(ip.id, lab.signal)).toMatchObject({ assigneeID: null })
  })
})

describe('an SSH key', () => {
  it('is made, found and deleted', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    const publicKey = `ssh-ed25519 ${Buffer.concat([Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0 '), Buffer.alloc(32, 7)]).toString('base64')}`
    const body = { name: 'bot-p1', publicKey, labels: labelsOf('p1') }
    const key = await account.sshKeys.create(body, lab.write('p1'))
    expect(await account.sshKeys.find('p1', lab.signal)).toEqual([key])
    expect(await account.sshKeys.delete(key.id, lab.write('p1'))).toBe(true)
    expect(await account.sshKeys.delete(key.id, lab.write('p1'))).toBe(false)
    expect(await account.sshKeys.findLive('p1', { signal: lab.signal })).toEqual([])
  })
})

describe('the catalog', () => {
  it('is read once for all who ask, and kept for hours', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    const { catalog } = account
    const read = () =>
      Promise.all([catalog.serverTypes, catalog.locations, catalog.pricing].map((one) => one(lab.signal)))
    const calls = await lab.callsOf(() => Promise.all([read(), read()]))
    expect(calls.sort()).toEqual(['GET /locations', 'GET /pricing', 'GET /server_types'])
    await lab.clock.advance(minutes(5 * 60))
    expect(await lab.callsOf(read)).toEqual([])
    await lab.clock.advance(minutes(61))
    expect(await lab.callsOf(read)).toHaveLength(3)
  })

  it('knows types with prices that stay decimal strings, locations and images', async () => {
    const lab = createLab()
    const { catalog } = (await lab.withMarker()).account
    const type = (await catalog.serverTypes(lab.signal)).find(({ name }) => name === 'cx23')
    expect(type).toMatchObject({ architecture: 'x86', cores: 2 })
    expect(type?.prices[0]?.monthly.net).toMatch(/^\d+\.\d+$/)
    expect(type?.locations.map(({ name }) => name)).toContain('nbg1')
    expect((await catalog.locations(lab.signal)).map(({ name }) => name)).toContain('fsn1')
    const pricing = await catalog.pricing(lab.signal)
    expect(pricing.currency).toBe('EUR')
    expect(pricing.primaryIPs[0]?.prices[0]?.monthly.net).toMatch(/^\d+\.\d+$/)
    const images = await catalog.image('debian-13', lab.signal)
    expect(images.map(({ architecture }) => architecture).sort()).toEqual(['arm', 'x86'])
    expect(await catalog.image(String(images[0]?.id), lab.signal)).toEqual([images[0]])
    expect(await catalog.imageNames(lab.signal)).toContain('ubuntu-24.04')
  })

  it('keeps neither a failure nor the absence of an image', async () => {
    const lab = createLab()
    const { catalog } = (await lab.withMarker()).account
    const end = lab.fault({ route: 'GET /server_types', kind: 'status', status: 500 })
    await expect(catalog.serverTypes(lab.signal)).rejects.toMatchObject({ errorClass: 'Transient' })
    end()
    expect((await catalog.serverTypes(lab.signal)).length).toBeGreaterThan(5)
    expect(await catalog.image('debian-99', lab.signal)).toEqual([])
    expect(await lab.callsOf(() => catalog.image('debian-99', lab.signal))).toEqual(['GET /images'])
    expect(await catalog.image('999999', lab.signal)).toEqual([])
  })
})

describe('the placement memory', () => {
  it('forgets a sold-out pair after some minutes', async () => {
    const lab = createLab()
    const { placement } = (await lab.withMarker()).account
    const pair = { type: 'cx23', location: 'nbg1' }
    expect(placement.isSoldOut(pair)).toBe(false)
    placement.soldOut(pair)
    expect(placement.isSoldOut(pair)).toBe(true)
    expect(placement.isSoldOut({ ...pair, location: 'fsn1' })).toBe(false)
    const wait = placement.retryAfter(pair)
    expect(wait).toBeGreaterThanOrEqual(minutes(4))
    expect(wait).toBeLessThanOrEqual(minutes(6))
    await lab.clock.advance(wait)
    expect(placement.isSoldOut(pair)).toBe(false)
  })

  it('is shared by the holders of an account, and survives a swap of tokens', async () => {
    const lab = createLab()
    const { account, markerID } = await lab.withMarker()
    account.placement.soldOut({ type: 'cx23', location: 'nbg1' })
    const other = await lab.opened({ holder: 'p2', recorded: { markerID } })
    expect(other.placement.isSoldOut({ type: 'cx23', location: 'nbg1' })).toBe(true)
  })
})

/** Follows an action to its end, as a step would. */
async function ended(lab: Lab, account: Account, actionID: number | undefined): Promise<void> {
  const ids = actionID === undefined ? [] : [actionID]
  account.actions.follow(ids, 'p1')
  for (let second = 0; second < 60; second++) {
    await lab.clock.advance(seconds(1))
    const known = account.actions.follow(ids, 'p1')
    if (known?.every(({ status }) => status !== 'running'))
      return expect(known.map(({ status }) => status)).toEqual(['success'])
  }
  throw new Error('Cannot wait any longer for an action')
}
