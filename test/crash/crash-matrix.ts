// Declares the matrix for some stories: the operator is killed before and after each call of each, and the world must end
// as if nothing had happened.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Arena, openArena } from './arena.ts'
import { type MatrixReport, record, runMatrix, type Undisturbed } from './matrix.ts'
import type { Story } from './story.ts'
import { readTrace, withoutChance } from './traces.ts'

const lanes = 6

const isWanted = ({ name }: Story): boolean => name.startsWith(process.env['BOTYARD_STORY'] ?? '')

/** BOTYARD_STORY names one story, BOTYARD_PLAN a part of its plans' names. */
export function crashMatrix(stories: readonly Story[]): void {
  describe('an operator that is killed at any call', () => {
    let arena: Arena
    const reports: MatrixReport[] = []
    beforeAll(async () => {
      arena = await openArena()
    })
    afterAll(async () => {
      const line = ({ story, plans, missed, dropped, failures, seconds }: MatrixReport) =>
        `${story.padEnd(28)} ${plans} plans, ${plans - missed.length - dropped.length} met, ${dropped.length} dropped by time, ${failures.length} differences, ${seconds.toFixed(0)} s`
      process.stdout.write(`\n${reports.map(line).join('\n')}\n\n`)
      await arena.close()
    })

    describe.each(stories.filter(isWanted))('in the story $name', (story) => {
      let undisturbed: Undisturbed
      let golden: string
      beforeAll(async () => {
        undisturbed = await record(arena, story)
        golden = await readTrace(story)
      })

      it('sees nothing that must never be', () => {
        expect(undisturbed.violations).toEqual([])
      })

      it('ends as if nothing had happened', { timeout: 1_200_000 }, async () => {
        const trace = withoutChance({ story, golden, trace: undisturbed.trace })
        const report = await runMatrix(arena, { story, undisturbed: { ...undisturbed, trace }, lanes })
        reports.push(report)
        const { failures, missed } = report
        expect({ failures, missed }).toEqual({ failures: [], missed: [] })
      })
    })
  })
}
