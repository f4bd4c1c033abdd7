// Kills the operator before and after each call of each story; the world must end as if nothing had happened.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Arena, openArena } from './arena.ts'
import { type MatrixReport, record, runMatrix, type Undisturbed } from './matrix.ts'
import { stories } from './stories.ts'
import { compareTraces, readTrace, textOf, withoutChance, writeTrace } from './traces.ts'

const lanes = 6

const wanted = stories.filter(({ name }) => name.startsWith(process.env['BOTYARD_STORY'] ?? ''))

describe('an operator that is killed at any call', () => {
  let arena: Arena
  const reports: MatrixReport[] = []
  beforeAll(async () => {
    arena = await openArena()
  })
  afterAll(async () => {
    const line = ({ story, plans, missed, failures, seconds }: MatrixReport) =>
      `${story.padEnd(28)} ${plans} plans, ${plans - missed.length} met, ${failures.length} differences, ${seconds.toFixed(0)} s`
    process.stdout.write(`\n${reports.map(line).join('\n')}\n\n`)
    await arena.close()
  })

  describe.each(wanted)('in the story $name', (story) => {
    let undisturbed: Undisturbed
    let golden: string
    beforeAll(async () => {
      undisturbed = await record(arena, story)
      if (process.env['BOTYARD_TRACES'] === 'update') await writeTrace(story, textOf(story, undisturbed.trace))
      golden = await readTrace(story)
    })

    it('makes the calls of its trace, and no others', () => {
      expect(compareTraces(golden, textOf(story, undisturbed.trace))).toEqual({ missing: [], extra: [] })
    })

    it('sees nothing that must never be', () => {
      expect(undisturbed.violations).toEqual([])
    })

    it('ends as if nothing had happened', { timeout: 1_200_000 }, async () => {
      const trace = withoutChance({ golden, trace: undisturbed.trace })
      const report = await runMatrix(arena, { story, undisturbed: { ...undisturbed, trace }, lanes })
      reports.push(report)
      expect(report.failures).toEqual([])
      expect(report.missed).toEqual([])
    })
  })
})
