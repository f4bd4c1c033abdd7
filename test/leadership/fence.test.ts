// How long a call may take by the age of the lease, and when none may begin.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { createFence, openFence } from '../../src/leadership/fence.ts'
import { fakeClock } from '../support/fake-clock.ts'

const times = { leaseDuration: seconds(15), renewDeadline: seconds(10) }

const fenceAt = (age: number | undefined) => {
  const renewedAt = () => (age === undefined ? undefined : 0)
  return createFence({ clock: { ...fakeClock(), monotonic: () => age ?? 0 }, ...times, renewedAt })
}

describe('the fence', () => {
  it.each([
    { age: undefined, allowed: 0, when: 'the lease is not ours' },
    { age: 0, allowed: 10, when: 'it has just been renewed' },
    { age: 4, allowed: 10, when: 'nothing of the ten seconds is lost yet' },
    { age: 5, allowed: 9, when: 'a second before the end of the lease is left' },
    { age: 9, allowed: 5, when: 'the renewals fail' },
    { age: 9.999, allowed: 4.001, when: 'the deadline is about to pass' },
    { age: 10, allowed: 0, when: 'the deadline has passed' },
    { age: 3_600, allowed: 0, when: 'the process was frozen for an hour' },
  ])('allows a call $allowed s when $when', ({ age, allowed }) => {
    const fence = fenceAt(age === undefined ? undefined : seconds(age))
    expect(fence.allowance()).toBeCloseTo(seconds(allowed))
  })

  it('never lets a call reach into the time of the next leader', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (age) => {
        const allowed = fenceAt(age).allowance()
        expect(allowed === 0 || age + allowed <= times.leaseDuration - seconds(1)).toBe(true)
      }),
    )
  })

  it('sees no jump of the wall clock', () => {
    const clock = fakeClock()
    const jumping = { ...clock, now: () => clock.now() + seconds(3_600) }
    expect(createFence({ clock: jumping, ...times, renewedAt: () => 0 }).allowance()).toBe(seconds(10))
  })

  it('without leader election is the longest call alone', () => {
    expect(openFence.allowance()).toBe(seconds(10))
  })
})
