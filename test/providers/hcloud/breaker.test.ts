import { describe, expect, it } from 'vitest'
import { seconds } from '../../../src/clock.ts'
import { createBreaker } from '../../../src/providers/hcloud/breaker.ts'
import { fakeClock } from '../../support/fake-clock.ts'

function setUp() {
  const clock = fakeClock()
  const breaker = createBreaker({ clock, random: () => 0.999 })
  const fail = (times: number) => {
    for (let n = 0; n < times; n++) breaker.enter().failed()
  }
  return { clock, breaker, fail }
}

const open = expect.objectContaining({ code: 'circuit_open', errorClass: 'Transient', outcomeUnknown: false })

describe('the circuit', () => {
  it('opens after five failures in a row', () => {
    const { breaker, fail } = setUp()
    fail(4)
    breaker.enter().succeeded()
    fail(5)
    expect(() => breaker.enter()).toThrow(open)
  })

  it('lets one call try after the pause, and closes when that succeeds', async () => {
    const { clock, breaker, fail } = setUp()
    fail(5)
    await clock.advance(seconds(5))
    const probe = breaker.enter()
    expect(() => breaker.enter()).toThrow(open)
    probe.succeeded()
    breaker.enter()
    breaker.enter()
  })

  it('pauses longer when the try fails, up to half a minute', async () => {
    const { clock, breaker, fail } = setUp()
    fail(5)
    for (const pause of [5, 10, 20, 30, 30]) {
      await clock.advance(seconds(pause) * 0.9)
      expect(() => breaker.enter()).toThrow(open)
      await clock.advance(seconds(pause) * 0.1)
      breaker.enter().failed()
    }
  })

  it('is not held by a try that says nothing', async () => {
    const { clock, breaker, fail } = setUp()
    fail(5)
    await clock.advance(seconds(5))
    breaker.enter().abandoned()
    breaker.enter().succeeded()
    breaker.enter()
  })

  it('does not stay open for longer because of calls that were under way', async () => {
    const { clock, breaker, fail } = setUp()
    const slow = Array.from({ length: 20 }, () => breaker.enter())
    fail(5)
    for (const attempt of slow) attempt.failed()
    await clock.advance(seconds(5))
    breaker.enter().succeeded()
  })
})
