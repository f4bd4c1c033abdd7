// What sweeps cost and what they notice.

import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../../src/clock.ts'
import { createLab, type Lab, labelsOf, tokenA, tokenB } from './lab.ts'

describe('a steady account', () => {
  it('costs one list of servers each 30 s and one of Primary IPs every tenth time, and nothing else', async () => {
    const lab = createLab()
    lab.start()
    const { account, markerID } = await lab.withMarker()
    const { id } = await lab.runningServer(account)
    await account.primaryIPs.find('p1', lab.signal)
    await lab.clock.advance(minutes(1))
    const calls = await lab.callsOf(async () => {
      for (let second = 0; second < 600; second += 10) {
        await lab.clock.advance(seconds(10))
        const view = await lab.opened({ recorded: { markerID, serverID: id } })
        expect(await view.servers.find('p1', lab.signal)).toMatchObject([{ id, status: 'running' }])
        await view.ensureMarker({ holder: 'p1', signal: lab.signal })
      }
    })
    expect(new Set(calls)).toEqual(new Set(['GET /servers', 'GET /primary_ips']))
    expect(calls.filter((line) => line === 'GET /servers').length).toBeLessThanOrEqual(20)
    expect(calls.filter((line) => line === 'GET /primary_ips').length).toBeLessThanOrEqual(2)
  })

  it('takes turns with its tokens, so that each stays proven', async () => {
    const lab = createLab()
    lab.start()
    const { markerID } = await lab.withMarker()
    lab.simulator.control.addToken({ of: tokenA, token: tokenB })
    await lab.opened({ holder: 'p2', token: tokenB, recorded: { markerID } })
    const before = lab.calls.length
    await lab.clock.advance(minutes(5))
    const tokens = lab.calls.slice(before).map(({ token }) => token)
    expect(tokens.slice(0, 4).sort()).toEqual([tokenA, tokenA, tokenB, tokenB])
    expect(await lab.callsOf(() => lab.opened({ holder: 'p2', token: tokenB, recorded: { markerID } }))).toEqual([])
    expect(await lab.callsOf(() => lab.opened({ recorded: { markerID } }))).toEqual([])
  })

  it('sweeps more slowly when its lists grow long, within a quarter of the budget', async () => {
    const lab = createLab({ simulator: { requestsPerHour: 400 } })
    lab.start()
    await lab.withMarker()
    const calls = await lab.callsOf(() => lab.clock.advance(minutes(60)))
    expect(calls.length).toBeLessThanOrEqual(100 + 1)
    expect(calls.length).toBeGreaterThan(80)
  })

  it.each([
    { hand: 'deletes the server', act: (lab: Lab, id: number) => lab.simulator.control.deleteServer(id) },
    { hand: 'takes its power', act: (lab: Lab, id: number) => lab.simulator.control.powerOffServer(id) },
    {
      hand: 'renames it',
      act: (lab: Lab, id: number) => lab.simulator.control.changeServer({ id, name: 'other' }),
    },
    {
      hand: 'strips its labels',
      act: (lab: Lab, id: number) => lab.simulator.control.changeServer({ id, labels: {} }),
    },
  ])('wakes the Project when a hand $hand', async ({ act }) => {
    const lab = createLab()
    lab.start()
    const { account } = await lab.withMarker()
    const { id } = await lab.runningServer(account)
    await lab.clock.advance(minutes(1))
    lab.changes.length = 0
    act(lab, id)
    await lab.clock.advance(seconds(31))
    expect(lab.changes).toEqual(['p1'])
    await lab.clock.advance(minutes(5))
    expect(lab.changes).toEqual(['p1'])
  })

  it('wakes the Project within ten sweeps when its Primary IP has gone', async () => {
    const lab = createLab()
    lab.start()
    const { account } = await lab.withMarker()
    const ip = await account.primaryIPs.create(ipBody, lab.write('p1'))
    await account.primaryIPs.find('p1', lab.signal)
    lab.simulator.control.deletePrimaryIP(ip.id)
    await lab.clock.advance(minutes(6))
    expect(lab.changes).toEqual(['p1'])
  })

  it('makes no call after stop', async () => {
    const lab = createLab()
    lab.start()
    await lab.withMarker()
    lab.accounts.stop()
    expect(await lab.callsOf(() => lab.clock.advance(minutes(10)))).toEqual([])
  })
})

const ipBody = { name: 'ip', type: 'ipv4' as const, location: 'nbg1', autoDelete: false, labels: labelsOf('p1') }
