// Killed at random, restarted, and the world ends the same. `make test-long` does it a hundred times.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nothing, startTestLab, type TestLab } from '../support/test-lab.ts'
import { runKillStory } from './kill-story.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
})
afterAll(() => lab.stop())

const kills = Number(process.env['BOTYARD_KILLS'] ?? 20)
const seed = Number(process.env['BOTYARD_SEED'] ?? Date.now() % 1_000_000)

describe('an operator that is killed', () => {
  it(`loses nothing and makes nothing twice, ${kills} times (seed ${seed})`, {
    timeout: 60_000 + kills * 20_000,
  }, async () => {
    const report = await runKillStory({ lab, kills, projects: 3, seed })
    expect(report.kills).toBe(kills)
    expect(report.violations).toEqual([])
    expect(report.ends).toEqual(report.ends.map(() => nothing))
    for (const [before, after] of report.addresses) expect(after).toBe(before)
  })
})
