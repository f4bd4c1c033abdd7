// How often the operator looks at what nobody tells it of is what its flags say.

import { afterEach, describe, expect, it } from 'vitest'
import { seconds } from '../../../src/clock.ts'
import { usualIntervals } from '../../support/usual-intervals.ts'
import { hetznerToken, key, readyLab, type VirtualLab } from '../../support/virtual-lab.ts'

let lab: VirtualLab
afterEach(async () => expect(await lab.close()).toEqual([]))

const span = seconds(24)

/** Looks at the servers in this time, give or take one. */
async function expectLooks(interval: number): Promise<void> {
  lab.hcloud.requests.reset()
  await lab.advance(span)
  const looks = lab.calls()['GET /servers'] ?? 0
  expect(Math.abs(looks - span / interval)).toBeLessThanOrEqual(1)
}

const settings = (change: Partial<typeof usualIntervals>) => ({ intervals: { ...usualIntervals, ...change } })

describe.each([1, 3, 8])('every %i s, when that is asked for,', (count) => {
  const interval = seconds(count)

  it('a deletion looks whether the server is gone', async () => {
    lab = await readyLab({ settings: settings({ removal: interval }), hcloud: { deleteSeconds: 120 } })
    lab.cluster.delete(key)
    await lab.until('that it goes', () => lab.server()?.status === 'deleting')
    await expectLooks(interval)
  })

  it('a server that goes by another hand is looked at', async () => {
    lab = await readyLab({ settings: settings({ status: interval }), hcloud: { deleteSeconds: 120 } })
    const headers = { authorization: `Bearer ${hetznerToken}` }
    const url = `https://hetzner.test/v1/servers/${lab.server()?.id}`
    await lab.hcloud.fetch(new Request(url, { method: 'DELETE', headers }))
    await lab.until('that it is missed', () => lab.told('ServerReady') === 'False Missing', seconds(35))
    await expectLooks(interval)
  })
})
