// The long form of two-replicas.cluster.test.ts: with the times that the chart gives.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freezeTest } from './freeze-story.ts'
import { openPair, type Pair } from './pair.ts'
import { takeOver } from './take-over.ts'

describe('a leader that is killed, with the times of the chart', () => {
  let pair: Pair
  beforeAll(async () => {
    pair = await openPair()
  })
  afterAll(() => pair.close())

  it('is followed by the first write of the other one within 20 s, 5 of 5 times', async () => {
    const taken: number[] = []
    for (let run = 0; run < 5; run++) {
      const { leader, standby } = await pair.leader()
      const { toldAt, firstWorkAt } = await takeOver(pair, { leader, standby, end: 'kill' })
      taken.push(Math.round(firstWorkAt - toldAt))
      await leader.start()
      await leader.operator.untilReady()
    }
    process.stdout.write(`leader killed, first write of the other one after: ${taken.join(', ')} ms\n`)
    expect(Math.max(...taken)).toBeLessThanOrEqual(20_000)
  })
})

freezeTest({ runs: 50, times: [], frozen: [20_000, 60_000] })
