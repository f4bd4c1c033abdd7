import { describe, expect, it } from 'vitest'
import { createLiveness } from '../../src/serving/liveness.ts'
import { fakeClock } from '../support/fake-clock.ts'

const minute = 60_000
const idle = { overdue: 0, workers: 64 }
const silent = ['The watch on Projects has shown no sign of life for more than 12 minutes']

describe('liveness', () => {
  it('is fine at the start and while the watch shows signs of life', async () => {
    const clock = fakeClock()
    const liveness = createLiveness({ clock })
    expect(liveness.problems({ cache: { lastActivity: 0 }, controller: idle })).toEqual([])
    await clock.advance(60 * minute)
    expect(liveness.problems({ cache: { lastActivity: 49 * minute }, controller: idle })).toEqual([])
  })

  it('is not, when the watch has been silent for longer than any watch lasts', async () => {
    const clock = fakeClock()
    const liveness = createLiveness({ clock })
    await clock.advance(12 * minute)
    expect(liveness.problems({ cache: { lastActivity: 0 }, controller: idle })).toEqual([])
    await clock.advance(1)
    expect(liveness.problems({ cache: { lastActivity: 0 }, controller: idle })).toEqual(silent)
  })

  it('is fine while the API server is down for hours: a restart would not bring it back', async () => {
    const clock = fakeClock()
    const liveness = createLiveness({ clock })
    for (let hour = 0; hour < 5; hour++) {
      await clock.advance(11 * minute)
      liveness.watchFailed()
    }
    expect(liveness.problems({ cache: { lastActivity: 0 }, controller: idle })).toEqual([])
    await clock.advance(13 * minute)
    expect(liveness.problems({ cache: { lastActivity: 0 }, controller: idle })).toEqual(silent)
  })

  it('is not, when every worker is held by a run that ignores its deadline', () => {
    const liveness = createLiveness({ clock: fakeClock() })
    const cache = { lastActivity: 0 }
    expect(liveness.problems({ cache, controller: { overdue: 63, workers: 64 } })).toEqual([])
    expect(liveness.problems({ cache, controller: { overdue: 64, workers: 64 } })).toEqual([
      'All 64 workers are held by runs that ignore their deadline',
    ])
  })
})
