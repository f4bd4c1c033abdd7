// Kills the operator before and after each call of each story; the world must end as if nothing had happened.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Arena, openArena } from './arena.ts'
import { type MatrixReport, record, runMatrix, type Undisturbed } from './matrix.ts'
import { create } from './stories/create.ts'
import { blocksOf, readTrace, textOf, writeTrace } from './traces.ts'

const lanes = 6
const stories = [create]

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

  describe.each(stories)('in the story $name', (story) => {
    let undisturbed: Undisturbed
    beforeAll(async () => {
      undisturbed = await record(arena, story)
    })

    it('makes the calls of its trace', async () => {
      const text = textOf(story, undisturbed.trace)
      if (process.env['BOTYARD_TRACES'] === 'update') await writeTrace(story, text)
      expect(blocksOf(text)).toEqual(blocksOf(await readTrace(story)))
    })

    it('ends as if nothing had happened', { timeout: 1_200_000 }, async () => {
      const report = await runMatrix(arena, { story, undisturbed, lanes })
      reports.push(report)
      expect(report.failures).toEqual([])
      expect(report.missed).toEqual([])
    })
  })
})
