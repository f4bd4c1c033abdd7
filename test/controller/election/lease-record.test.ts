// Bad input: what others may have written into a Lease, and what we make of it.

import { describe, expect, it } from 'vitest'
import { claim, durationOf, holderOf, microTime, oddities } from '../../../src/controller/election/lease-record.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { contender, createLeaseWorld } from './lease-world.ts'

const clock = fakeClock()
const lease = (spec?: Record<string, unknown>) => ({ metadata: { resourceVersion: '1' }, spec })

describe('a Lease of others', () => {
  it.each([undefined, null, 7, {}, []])('has no holder where there is no name: %j', (holderIdentity) => {
    expect(holderOf(lease({ holderIdentity }))).toBe('')
  })

  it.each([undefined, null, 0, -15, 1.5, '15', Number.NaN, Number.POSITIVE_INFINITY, 1e300])(
    'lasts as long as ours where its duration is none: %j',
    (leaseDurationSeconds) => {
      expect(durationOf(lease({ leaseDurationSeconds }), 15_000)).toBe(15_000)
    },
  )

  it.each([undefined, null, -3, '4', 2.5])(
    'counts transitions anew where there is no count: %j',
    (leaseTransitions) => {
      const next = claim(lease({ holderIdentity: 'x', leaseTransitions }), {
        identity: 'a',
        leaseDuration: 15_000,
        clock,
      })
      expect(next.leaseTransitions).toBe(1)
    },
  )

  it('may have no spec at all', () => {
    expect(oddities(lease(), clock)).toEqual([])
    expect(holderOf(lease())).toBe('')
  })
})

describe('a time that we write', () => {
  it.each([0, 1, 999, Date.UTC(2026, 0, 1), Date.UTC(2026, 11, 31, 23, 59, 59, 999)])(
    'has six-digit fractions: %d',
    (wall) => {
      expect(microTime(wall)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
      expect(Date.parse(microTime(wall))).toBe(wall)
    },
  )

  it('never says that a lease is shorter than it is', () => {
    const secondsOf = (leaseDuration: number) =>
      claim(undefined, { identity: 'a', leaseDuration, clock }).leaseDurationSeconds
    expect([1_000, 1_001, 1_500, 15_000].map(secondsOf)).toEqual([1, 2, 2, 15])
  })
})

const measured = 'how long it lasts is measured by our own clock'
const bad: { what: string; spec: Record<string, unknown>; says: string }[] = [
  {
    what: 'a Lease with a time in the future',
    spec: { renewTime: '2040-01-01T00:00:00.000000Z' },
    says: `its time of renewal is in the future; ${measured}`,
  },
  {
    what: 'a Lease with a negative time',
    spec: { renewTime: '1901-01-01T00:00:00.000000Z' },
    says: `its time of renewal is before 1970; ${measured}`,
  },
  {
    what: 'a Lease with a time that is none',
    spec: { renewTime: 'soon' },
    says: `its time of renewal is not a time; ${measured}`,
  },
  {
    what: 'a Lease with a negative duration',
    spec: { leaseDurationSeconds: -15 },
    says: 'its duration is not a number of seconds; ours is taken',
  },
  {
    what: 'a Lease with a negative count',
    spec: { leaseTransitions: -1 },
    says: 'its count of transitions is not a count',
  },
]

describe('the election goes on', () => {
  it.each(bad)('over $what, and says so once', async ({ spec, says }) => {
    const time = fakeClock()
    const world = createLeaseWorld(time)
    world.put({ holderIdentity: 'x', leaseDurationSeconds: 15, ...spec })
    const a = contender(world, { identity: 'a', clock: time })
    await time.advance(15_300)
    expect(a.events).toEqual([{ kind: 'following', holder: 'x' }, { kind: 'odd', what: says }, { kind: 'leading' }])
    await a.stop()
  })

  it('over a Lease that an unknown client holds and renews: it waits, and takes over when that one stops', async () => {
    const time = fakeClock()
    const world = createLeaseWorld(time)
    const a = contender(world, { identity: 'a', clock: time })
    // No time, no duration: only that the record changes shows that somebody is alive.
    for (let count = 0; count < 20; count++) {
      world.put({ holderIdentity: 'somebody else', heartbeat: count })
      await time.advance(5_000)
    }
    expect(a.leads()).toBe(false)
    await time.advance(15_000)
    expect(a.leads()).toBe(true)
    expect(a.kinds().filter((kind) => kind === 'following')).toHaveLength(1)
    await a.stop()
  })

  it('over a Lease whose holder is no name: nobody holds it', async () => {
    const time = fakeClock()
    const world = createLeaseWorld(time)
    world.put({ holderIdentity: 17 })
    const a = contender(world, { identity: 'a', clock: time })
    await time.advance(0)
    expect(a.leads()).toBe(true)
    expect(a.events[0]).toEqual({ kind: 'odd', what: 'its holder is not a name' })
    await a.stop()
  })
})
