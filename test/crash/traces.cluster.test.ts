// Each story, undisturbed, makes the calls of its golden trace, as far as they do not depend on the moment;
// `npm run traces:update` writes the traces anew.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Arena, openArena } from './arena.ts'
import { record } from './matrix.ts'
import { stories } from './stories.ts'
import type { Story } from './story.ts'
import { compareTraces, readTrace, textOf, writeTrace } from './traces.ts'

const isUpdate = process.env['BOTYARD_TRACES'] === 'update'

describe('an operator that nobody disturbs', () => {
  let arena: Arena
  beforeAll(async () => {
    arena = await openArena()
  })
  afterAll(() => arena.close())

  const steady = stories.filter(({ varies }) => varies === undefined)
  const varying = stories.filter(({ varies }) => varies !== undefined)

  it.each(steady)('makes the calls of the trace $name, and no others', { timeout: 150_000 }, async (story) => {
    const text = await play(story)
    expect(compareTraces(await readTrace(story), text)).toEqual({ missing: [], extra: [] })
  })

  it.each(varying)('breaks no rule in $name (not compared: $varies)', { timeout: 150_000 }, async (story) => {
    await play(story)
  })

  async function play(story: Story): Promise<string> {
    const { trace, violations } = await record(arena, story)
    expect(violations).toEqual([])
    const text = textOf(story, trace)
    if (isUpdate) await writeTrace(story, text)
    return text
  }
})
