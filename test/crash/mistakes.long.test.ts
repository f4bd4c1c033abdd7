// Shows that the crash matrix can fail: each mistake is made in a copy of the sources, the operator of that copy plays the
// plan that shows it, and the oracle that is named for it must speak. Ends with the list of what caught which.

import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Arena, openArena } from './arena.ts'
import { nameOfPlan, plansOf, problemsOf, record, type Undisturbed, untilMet } from './matrix.ts'
import type { Mistake } from './mistakes/mistake.ts'
import { mistakes } from './mistakes/mistakes.ts'
import { runStory } from './run.ts'
import { stories } from './stories.ts'
import type { Story } from './story.ts'
import { compareTraces, readTrace, textOf } from './traces.ts'

const root = path.resolve(import.meta.dirname, '../..')

async function copyWith({ file, from, to }: Mistake): Promise<string> {
  const tree = await mkdtemp(path.join(tmpdir(), 'botyard-mistake-'))
  await cp(path.join(root, 'src'), path.join(tree, 'src'), { recursive: true })
  await cp(path.join(root, 'package.json'), path.join(tree, 'package.json'))
  await symlink(path.join(root, 'node_modules'), path.join(tree, 'node_modules'))
  const source = await readFile(path.join(tree, file), 'utf8')
  const count = source.split(from).length - 1
  if (count !== 1) throw new Error(`Cannot change ${file}: the text to replace is there ${count} times:\n${from}`)
  await writeFile(
    path.join(tree, file),
    source.replace(from, () => to),
  )
  return tree
}

/** Everything that any oracle says of the plan, each with the oracle's name first. */
async function play(arena: Arena, mistake: Mistake, o: { story: Story; right: Undisturbed }): Promise<string[]> {
  const within = 15_000
  if (mistake.plan === undefined) {
    const run = await runStory(arena, o.story, { within })
    const { missing, extra } = compareTraces(await readTrace(o.story), textOf(o.story, run.trace))
    return [...problemsOf(o.story, run, o.right), ...[...missing, ...extra].map((line) => `the trace: ${line}`)]
  }
  const plan = plansOf(o.right.trace).find((each) => nameOfPlan(each) === mistake.plan)
  if (plan === undefined) throw new Error(`Cannot find the plan ${mistake.plan} in the story ${o.story.name}`)
  return problemsOf(o.story, await untilMet(arena, o.story, { kill: plan, within }), o.right)
}

describe('the crash matrix', () => {
  let arena: Arena
  const right = new Map<string, Promise<Undisturbed>>()
  const caught: string[] = []
  beforeAll(async () => {
    arena = await openArena()
  })
  afterAll(async () => {
    process.stdout.write(`\n${caught.join('\n')}\n\n`)
    await arena.close()
  })

  it.each(mistakes)('catches: $what', { timeout: 180_000 }, async (mistake) => {
    const story = stories.find(({ name }) => name === mistake.story)
    if (story === undefined) throw new Error(`Cannot find the story ${mistake.story}`)
    const undisturbed = right.get(story.name) ?? record(arena, story)
    right.set(story.name, undisturbed)
    const tree = await copyWith(mistake)
    const wrong = await openArena({ sources: tree })
    try {
      const said = await play(wrong, mistake, { story, right: await undisturbed })
      const oracles = [...new Set(said.map((line) => line.split(':')[0]))]
      caught.push(`${mistake.what.padEnd(32)} caught by ${oracles.join(', ') || 'NOTHING'}`)
      expect(oracles).toContain(mistake.caughtBy)
    } finally {
      await wrong.close()
      await rm(tree, { recursive: true })
    }
  })
})
