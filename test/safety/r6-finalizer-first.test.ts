// R6: finalizer before any external effect.
import { describe, expect, it } from 'vitest'
import { FINALIZER } from '../../src/api/project.ts'
import { createStage } from './stage.ts'

describe('R6: finalizer before any external effect', () => {
  it('holds at every write to Hetzner and Telegram, from the first one on', async () => {
    const stage = createStage()
    const unguarded: string[] = []
    stage.network.before = async ({ line, isWrite }) => {
      if (isWrite && !stage.project()?.metadata.finalizers?.includes(FINALIZER)) unguarded.push(line)
    }
    await stage.untilReady()
    expect(stage.network.writes()).toEqual(expect.arrayContaining(['POST /primary_ips', 'POST /servers', 'setWebhook']))
    expect(unguarded).toEqual([])
  })
})
