import { describe, expect, it } from 'vitest'
import { minutes } from '../../../src/clock.ts'
import type { Identity } from '../../../src/providers/hcloud/identity.ts'
import { createLab, identity, type Lab, tokenA } from './lab.ts'

describe('ensureMarker', () => {
  const markerState = (lab: Lab) => lab.simulator.control.state().projects[0]?.firewalls ?? []

  it('makes the marker once for all who ask', async () => {
    const lab = createLab()
    const views = await Promise.all(['p1', 'p2', 'p3'].map((holder) => lab.opened({ holder })))
    const ids = await Promise.all(
      views.map((view, n) => view.ensureMarker({ holder: `p${n + 1}`, signal: lab.signal })),
    )
    expect(new Set(ids).size).toBe(1)
    expect(markerState(lab)).toMatchObject([{ name: identity.marker.name, labels: identity.marker.labels }])
  })

  it('answers from memory until a server of ours is seen without it', async () => {
    const lab = createLab()
    lab.start()
    const { account, markerID } = await lab.withMarker()
    await lab.runningServer(account, 'p1', { firewallIDs: [markerID] })
    const ask = () => account.ensureMarker({ holder: 'p1', signal: lab.signal })
    expect(await lab.callsOf(ask)).toEqual([])
    lab.simulator.control.deleteFirewall(markerID)
    await lab.clock.advance(minutes(1))
    expect(await lab.callsOf(ask)).toEqual(['GET /firewalls', 'POST /firewalls'])
  })

  it('mends rules and targets that somebody changed', async () => {
    const lab = createLab()
    const bare = { ...identity, marker: { ...identity.marker, rules: [], applyTo: 'somebody==else' } }
    await leaveBehind(lab, bare)
    const account = await lab.opened()
    const calls = await lab.callsOf(() => account.ensureMarker({ holder: 'p1', signal: lab.signal }))
    expect(calls).toEqual([
      'GET /firewalls',
      expect.stringMatching(/^POST \/firewalls\/\d+\/actions\/set_rules$/),
      expect.stringMatching(/^POST \/firewalls\/\d+\/actions\/apply_to_resources$/),
    ])
    expect(markerState(lab)[0]?.rules).toMatchObject([{ port: '443' }])
  })

  it('does not touch a foreign firewall that has its name', async () => {
    const lab = createLab()
    const foreign = { ...identity, marker: { ...identity.marker, labels: { owner: 'somebody' }, selector: 'owner' } }
    await leaveBehind(lab, foreign)
    const account = await lab.opened()
    const refused = account.ensureMarker({ holder: 'p1', signal: lab.signal })
    await expect(refused).rejects.toMatchObject({ errorClass: 'Conflict', code: 'marker_name_taken' })
    expect(markerState(lab)).toHaveLength(1)
  })

  it('is not done twice when the answer to its making was lost', async () => {
    const lab = createLab()
    const account = await lab.opened()
    lab.fault({ route: 'POST /firewalls', times: 1, kind: 'after' })
    const ask = () => account.ensureMarker({ holder: 'p1', signal: lab.signal })
    await expect(ask()).rejects.toMatchObject({ outcomeUnknown: true })
    expect(await ask()).toBe(markerState(lab)[0]?.id)
    expect(markerState(lab)).toHaveLength(1)
  })

  it('agrees on the smaller id when there are two', async () => {
    const lab = createLab()
    const { markerID } = await lab.withMarker()
    lab.simulator.control.changeFirewall({ id: markerID, name: 'renamed', labels: {} })
    lab.accounts.release('p1')
    const { markerID: second } = await lab.withMarker()
    lab.simulator.control.changeFirewall({ id: markerID, labels: { ...identity.marker.labels } })
    lab.accounts.release('p1')
    expect((await lab.opened()).markerID).toBe(Math.min(markerID, second))
  })
})

/** Makes a firewall in the same Hetzner project, as another process with other settings would. */
async function leaveBehind(lab: Lab, { marker }: Identity): Promise<void> {
  const request = new Request('http://hetzner.test/v1/firewalls', {
    method: 'POST',
    headers: { authorization: `Bearer ${tokenA}` },
    body: JSON.stringify({
      name: marker.name,
      labels: marker.labels,
      apply_to: [{ type: 'label_selector', label_selector: { selector: marker.applyTo } }],
    }),
  })
  expect((await lab.simulator.fetch(request)).status).toBe(201)
}
