// R11: absence is concluded only from a live read with a token that has just read something this account is known to hold;
// a cached list never proves absence.
import { describe, expect, it } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { createStage, otherToken, stageUnlisted } from './stage.ts'

const html = '<html><body>404 Not Found</body></html>'

describe('R11: absence', () => {
  it('is not concluded by a deletion whose token reads nothing that was recorded', async () => {
    const stage = createStage()
    await stage.untilReady()
    const { servers, primaryIPs, firewalls } = stage.hetzner()
    for (const { id } of servers) stage.control.deleteServer(id)
    for (const { id, type } of primaryIPs) if (type === 'ipv4') stage.control.deletePrimaryIP(id)
    for (const { id } of firewalls) stage.control.deleteFirewall(id)
    stage.deleteProject()
    await stage.during(seconds(60))
    expect(stage.isGone()).toBe(false)
    expect(stage.status()?.summary).toMatch(/proves|another Hetzner project/)
  })

  it('is not concluded by a deletion with the token of another Hetzner project', async () => {
    const stage = createStage()
    await stage.untilReady()
    stage.putToken('hetzner', otherToken)
    stage.cluster.remove(stage.cluster.paths().find((path) => path.includes('botyard-system')) ?? '')
    stage.deleteProject()
    await stage.during(seconds(60))
    expect(stage.isGone()).toBe(false)
    expect(stage.hetzner().servers).toHaveLength(1)
  })

  it('is not concluded from a list that a sweep read before: a server in it or not, Hetzner is asked', async () => {
    const stage = createStage({ sweepInterval: seconds(5) })
    await stage.untilReady()
    await stage.clock.advance(seconds(30))
    // For a moment every list shows the time before the server; a sweep reads it.
    stage.control.addFault({ kind: 'listLag', seconds: 1_000 })
    stage.restart()
    await stage.pass()
    await stage.clock.advance(seconds(5))
    stage.control.clearFaults()
    stage.network.forget()
    await stage.pass()
    expect(stage.condition('ServerReady')).toMatchObject({ status: 'True' })
    expect(stage.network.writes()).toEqual([])
  })

  it('is not concluded from a 404 that a proxy wrote', async () => {
    const stage = await stageUnlisted('POST /servers')
    stage.deleteProject()
    for (const route of ['GET /servers/*', 'GET /primary_ips/*'])
      stage.world.hcloud.faults.add({ route, kind: 'status', status: 404, body: html })
    await stage.during(seconds(20))
    expect(stage.isGone()).toBe(false)
  })
})
