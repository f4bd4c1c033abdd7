// Each story, undisturbed, makes the calls of its golden trace; `npm run traces:update` writes them anew.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Arena, openArena } from './arena.ts'
import { record } from './matrix.ts'
import { stories } from './stories.ts'
import type { Story } from './story.ts'
import { compareTraces, inBoth, readTrace, textOf, writeTrace } from './traces.ts'

const isUpdate = process.env['BOTYARD_TRACES'] === 'update'

describe('an operator that nobody disturbs', () => {
  let arena: Arena
  beforeAll(async () => {
    arena = await openArena()
  })
  afterAll(() => arena.close())

  it.each(stories)('makes the calls of the trace $name, and no others', { timeout: 150_000 }, async (story) => {
    const text = await play(story)
    if (isUpdate) await writeTrace(story, [await play(story), await play(story)].reduce(inBoth, text))
    expect(compareTraces(await readTrace(story), text)).toEqual({ missing: [], extra: [] })
  })

  async function play(story: Story): Promise<string> {
    const { trace, violations } = await record(arena, story)
    expect(violations).toEqual([])
    return textOf(story, trace)
  }
})
