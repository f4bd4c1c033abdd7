// R11 and R12: what a read may prove, and what a sweep may not.

import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../../src/clock.ts'
import { usualIntervals } from '../../support/usual-intervals.ts'
import { createLab, labelsOf, serverBody, tokenA, tokenB } from './lab.ts'

const ipBody = { name: 'ip', type: 'ipv4' as const, location: 'nbg1', autoDelete: false, labels: labelsOf('p1') }

describe('find', () => {
  it('never concludes absence from a sweep (R11)', async () => {
    const lab = createLab()
    lab.start()
    const { account } = await lab.withMarker()
    await lab.clock.advance(minutes(1))
    const calls = await lab.callsOf(async () => expect(await account.servers.find('p1', lab.signal)).toEqual([]))
    expect(calls).toEqual(['GET /servers'])
  })

  it('does not let a list speak that was asked for before the own write (R12)', async () => {
    const lab = createLab()
    lab.start()
    const { account } = await lab.withMarker()
    const { id } = await lab.runningServer(account)
    await lab.clock.advance(minutes(1))
    expect(await lab.callsOf(() => account.servers.find('p1', lab.signal))).toEqual([])

    await account.servers.reboot(id, lab.write('p1', 'repair'))
    expect(await lab.callsOf(() => account.servers.find('p1', lab.signal))).toEqual(['GET /servers'])
  })

  it('does not let a list speak that a later live read has contradicted', async () => {
    const lab = createLab()
    lab.start()
    const { account } = await lab.withMarker()
    const { id } = await lab.runningServer(account)
    await lab.clock.advance(minutes(1))
    lab.simulator.control.powerOffServer(id)
    const live = await account.servers.findLive('p1', { signal: lab.signal })
    expect(live).toMatchObject([{ status: 'off' }])
    expect(await account.servers.find('p1', lab.signal)).toMatchObject([{ status: 'off' }])
  })

  it('needs no new list after a live read that told the same', async () => {
    const lab = createLab()
    lab.start()
    const { account } = await lab.withMarker()
    await lab.runningServer(account)
    await lab.clock.advance(minutes(1))
    await account.servers.findLive('p1', { signal: lab.signal })
    expect(await lab.callsOf(() => account.servers.find('p1', lab.signal))).toEqual([])
  })

  it('needs no new list after an own write that told what has become of its object (R12)', async () => {
    const lab = createLab()
    lab.start()
    const { account } = await lab.withMarker()
    const { id } = await lab.runningServer(account)
    await lab.clock.advance(minutes(1))

    await account.servers.update(id, { name: 'renamed' }, lab.write('p1', 'repair'))
    const calls = await lab.callsOf(async () =>
      expect(await account.servers.find('p1', lab.signal)).toMatchObject([{ name: 'renamed' }]),
    )
    expect(calls).toEqual([])
  })

  it('does not let a list speak that was under way while the own write happened (R12)', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    const { id } = await lab.runningServer(account)
    lab.start()
    const end = lab.fault({ route: 'GET /servers', kind: 'late', ms: 4_000 })
    await lab.clock.advance(seconds(32))
    const sweeps = () => lab.calls.filter(({ line }) => line === 'GET /servers').length
    while (sweeps() === 0) await lab.clock.advance(seconds(1))
    // The sweep has been answered at Hetzner, but not here yet.
    end()
    await account.servers.powerOff(id, lab.write('p1', 'repair'))
    await lab.clock.advance(seconds(5))
    const calls = await lab.callsOf(async () =>
      expect(await account.servers.find('p1', lab.signal)).toMatchObject([{ status: 'off' }]),
    )
    expect(calls).toEqual(['GET /servers'])
  })

  it('keeps what the answer to a create said, although lists lag', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    await account.servers.find('p1', lab.signal)
    lab.simulator.control.addFault({ kind: 'listLag', seconds: 3 })
    const { server } = await account.servers.create(serverBody('p1'), lab.write('p1'))
    expect(await account.servers.find('p1', lab.signal)).toMatchObject([{ id: server.id }])
    await lab.clock.advance(seconds(6))
    expect(await account.servers.find('p1', lab.signal)).toMatchObject([{ id: server.id }])
  })

  it('forgets what the answer to a create said when a read by id says that it is gone', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    const { server } = await account.servers.create(serverBody('p1'), lab.write('p1'))
    lab.simulator.control.deleteServer(server.id)
    expect(await account.servers.find('p1', lab.signal)).toMatchObject([{ id: server.id }])
    expect(await account.servers.byID(server.id, lab.signal)).toBeUndefined()
    expect(await account.servers.find('p1', lab.signal)).toEqual([])
  })

  it('distrusts lists for a while after a write of unknown outcome', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    const { id } = await lab.runningServer(account)
    await account.servers.find('p1', lab.signal)
    const end = lab.fault({ route: 'POST /servers/*/actions/poweroff', kind: 'after', times: 1 })
    await expect(account.servers.powerOff(id, lab.write('p1'))).rejects.toMatchObject({ outcomeUnknown: true })
    end()
    await lab.callsOf(() => account.servers.find('p1', lab.signal))
    await lab.clock.advance(seconds(9))
    expect(await lab.callsOf(() => account.servers.find('p1', lab.signal))).toEqual(['GET /servers'])
    await lab.clock.advance(seconds(2))
    expect(await lab.callsOf(() => account.servers.find('p1', lab.signal))).toEqual(['GET /servers'])
    expect(await lab.callsOf(() => account.servers.find('p1', lab.signal))).toEqual([])
  })

  it('does not answer with a state that is about to pass', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    await account.servers.create(serverBody('p1'), lab.write('p1'))
    expect(await account.servers.find('p1', lab.signal)).toMatchObject([{ status: 'initializing' }])
    await lab.clock.advance(seconds(15))
    expect(await account.servers.find('p1', lab.signal)).toMatchObject([{ status: 'running' }])
  })

  it('does not answer from a list that was read before an action of the Project ended', async () => {
    const lab = createLab({ accounts: { intervals: { ...usualIntervals, sweep: minutes(5) } } })
    lab.start()
    const { account } = await lab.withMarker()
    const { id } = await lab.runningServer(account)
    lab.simulator.control.addFault({ kind: 'listLag', seconds: 5 })
    await lab.clock.advance(seconds(10))
    const action = await account.servers.powerOff(id, lab.write('p1'))
    account.actions.follow([action], 'p1')
    expect(await account.servers.find('p1', lab.signal)).toMatchObject([{ status: 'running' }])
    lab.simulator.control.clearFaults()
    await lab.clock.advance(seconds(5))
    expect(await account.servers.find('p1', lab.signal)).toMatchObject([{ status: 'off' }])
  })

  it('is one call for fifty who ask at once', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    const uids = Array.from({ length: 50 }, (_, n) => `p${n}`)
    const calls = await lab.callsOf(() => Promise.all(uids.map((uid) => account.servers.find(uid, lab.signal))))
    expect(calls).toEqual(['GET /servers'])
  })

  it('does not let one who gives up end the call for the others', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    const { id } = await lab.runningServer(account)
    lab.fault({ route: 'GET /servers', kind: 'held', ms: 2_000 })
    const impatient = new AbortController()
    const lost = account.servers.find('p2', impatient.signal)
    const other = account.servers.find('p1', lab.signal)
    impatient.abort(new Error('enough'))
    await expect(lost).rejects.toThrow('enough')
    await lab.clock.advance(seconds(3))
    expect(await other).toMatchObject([{ id }])
  })

  it('does not let the token of another holder spoil the answer', async () => {
    const lab = createLab()
    const { account, markerID } = await lab.withMarker()
    lab.simulator.control.addToken({ of: tokenA, token: tokenB })
    const other = await lab.opened({ holder: 'p2', token: tokenB, recorded: { markerID } })
    lab.simulator.control.revokeToken(tokenA)
    const [mine, theirs] = await Promise.allSettled([
      account.servers.find('p1', lab.signal),
      other.servers.find('p2', lab.signal),
    ])
    expect(mine).toMatchObject({ status: 'rejected', reason: { code: 'unauthorized' } })
    expect(theirs).toEqual({ status: 'fulfilled', value: [] })
  })

  it('throws, and forgets nothing, when the read fails', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    const { id } = await lab.runningServer(account)
    await account.servers.find('p1', lab.signal)
    await account.servers.reboot(id, lab.write('p1'))
    const end = lab.fault({
      route: 'GET /servers',
      kind: 'wrongBody',
      body: '{"servers": []}',
      contentType: 'text/plain',
    })
    await expect(account.servers.find('p1', lab.signal)).rejects.toMatchObject({ code: 'unreadable_answer' })
    expect(lab.changes).toEqual([])
    end()
    expect(await account.servers.find('p1', lab.signal)).toMatchObject([{ id }])
  })

  it('does not answer from a cache whose sweeps have failed for long', async () => {
    const lab = createLab()
    lab.start()
    const { account } = await lab.withMarker()
    await lab.runningServer(account)
    await lab.clock.advance(minutes(1))
    lab.fault({ route: 'GET /servers', kind: 'status', status: 503 })
    await lab.clock.advance(minutes(3))
    await expect(account.servers.find('p1', lab.signal)).rejects.toMatchObject({ errorClass: 'Transient' })
  })

  it('reads a long list by the uid alone, unless a sweep is on its way', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    for (let n = 0; n < 51; n++) {
      await account.primaryIPs.create({ ...ipBody, name: `ip-${n}`, labels: labelsOf(`x${n}`) }, lab.write(`x${n}`))
    }
    const before = lab.calls.length
    expect(await account.primaryIPs.find('x7', lab.signal)).toHaveLength(1)
    expect(lab.calls.slice(before)).toMatchObject([{ query: expect.stringContaining('botyard.dev/uid==x7') }])
    expect(await account.primaryIPs.all('botyard.dev/cluster==lab', lab.signal)).toHaveLength(51)
  })
})

describe('findLive', () => {
  it('reads the marker with the same token before it says what is absent (R11)', async () => {
    const lab = createLab()
    const { account, markerID } = await lab.withMarker()
    const calls = await lab.callsOf(async () =>
      expect(await account.servers.findLive('p1', { signal: lab.signal })).toEqual([]),
    )
    expect(calls).toEqual([`GET /firewalls/${markerID}`, 'GET /servers'])
  })

  it('refuses to speak of absence when nothing known can be read', async () => {
    const lab = createLab()
    const { account, markerID } = await lab.withMarker()
    lab.simulator.control.deleteFirewall(markerID)
    const asked = account.servers.findLive('p1', { signal: lab.signal })
    await expect(asked).rejects.toMatchObject({ errorClass: 'Auth', code: 'account_unproven' })
  })

  it('takes a recorded server as proof when the marker has gone', async () => {
    const lab = createLab()
    const { account, markerID } = await lab.withMarker()
    const { id: serverID } = await lab.runningServer(account)
    const view = await lab.opened({ recorded: { markerID, serverID } })
    lab.simulator.control.deleteFirewall(markerID)
    expect(await view.primaryIPs.findLive('nobody', { signal: lab.signal })).toEqual([])
  })

  it('says nothing when the proof could not be read', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    lab.fault({ route: 'GET /firewalls/*', kind: 'status', status: 500 })
    await expect(account.servers.findLive('p1', { signal: lab.signal })).rejects.toMatchObject({ status: 500 })
  })

  it('never answers from the cache', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    const { id } = await lab.runningServer(account)
    await account.servers.find('p1', lab.signal)
    lab.simulator.control.deleteServer(id)
    expect(await account.servers.find('p1', lab.signal)).toHaveLength(1)
    expect(await account.servers.findLive('p1', { signal: lab.signal })).toEqual([])
  })
})
