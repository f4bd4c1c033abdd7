// R4 where several processes may lead: nothing is concluded from an absence before the calls of the last leader have ended.

import { describe, expect, it, onTestFinished } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { createLeadership } from '../../src/leadership/leadership.ts'
import { createLogger } from '../../src/log.ts'
import { createLeaseWorld } from '../controller/election/lease-world.ts'
import { fakeClock } from '../support/fake-clock.ts'

const times = { leaseDuration: seconds(15), renewDeadline: seconds(10), retryPeriod: seconds(2) }
const signal = new AbortController().signal

/** A process that waits for the lease of another one, which has just died. */
function standby() {
  const clock = fakeClock()
  const world = createLeaseWorld(clock)
  world.put({ holderIdentity: 'the last one', leaseDurationSeconds: 15 })
  const log = createLogger({ level: 'silent', destination: { write: () => {} }, redact: (text) => text, clock })
  const leadership = createLeadership({
    ...{ clock, random: () => 0.5, log, times },
    store: () => world.storeFor('the next one'),
    election: () => ({ leads: () => {}, slowPath: () => {} }),
  })
  onTestFinished(() => leadership.release())
  return { clock, leadership }
}

describe('R4: the drain of a new leader', () => {
  it('counts from the begin of its leadership and one lease more', async () => {
    const { clock, leadership } = standby()
    await Promise.all([leadership.lead(signal), clock.advance(seconds(16))])
    const leadsFor = clock.monotonic() - seconds(15)
    expect(leadership.leads).toBe(true)
    expect(leadership.soleSince - clock.monotonic()).toBeGreaterThan(seconds(15) - leadsFor - 1)
    const { soleSince } = leadership
    await clock.advance(seconds(60))
    // Renewals do not put it off.
    expect(leadership.soleSince).toBe(soleSince)
  })

  it('never ends while it does not lead', async () => {
    const { clock, leadership } = standby()
    for (const wait of [0, 60, 600]) {
      await clock.advance(seconds(wait))
      expect(leadership.soleSince).toBeGreaterThan(clock.monotonic())
    }
  })
})
