// R2: for create and setWebhook a live read of the Project in the same pass shows the same uid and no unexpected deletion mark.
import { describe, expect, it } from 'vitest'
import { createStage, projectPath, type Stage } from './stage.ts'

const locked = { status: 423, contentType: 'application/json', body: '{"error":{"code":"locked","message":"busy"}}' }
const tooMany = {
  status: 429,
  contentType: 'application/json',
  body: '{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":1}}',
}

/** Brought to where the very next write is this one: it was tried and refused, and is due again. */
async function stageBefore(line: string): Promise<Stage> {
  const stage = createStage()
  const isTelegram = line === 'setWebhook'
  const { faults } = isTelegram ? stage.world.telegram : stage.world.hcloud
  faults.add({ route: isTelegram ? 'POST /bot*/setWebhook' : line, kind: 'status', ...(isTelegram ? tooMany : locked) })
  await stage.until(() => stage.network.count(line) === 1)
  faults.clear()
  await stage.clock.advance(20_000)
  stage.network.forget()
  stage.freezeView()
  return stage
}

const creates = ['POST /firewalls', 'POST /primary_ips', 'POST /ssh_keys', 'POST /servers', 'setWebhook']

const endings: Record<string, (stage: Stage) => void> = {
  'has been marked for deletion': (stage) => stage.deleteProject(),
  'is gone': (stage) => {
    stage.cluster.change(projectPath, ({ metadata }) => {
      metadata.finalizers = []
    })
    stage.deleteProject()
  },
  'is another one of the same name': (stage) =>
    stage.cluster.change(projectPath, ({ metadata }) => {
      metadata.uid = '0c9d1b6e-0000-4000-8000-000000000000'
    }),
}

describe.each(creates)('R2: %s', (line) => {
  it('is made when nothing has changed', async () => {
    const stage = await stageBefore(line)
    await stage.pass()
    expect(stage.network.writes()).toEqual([line])
  })

  it.each(Object.keys(endings))('is not made when the Project, unknown to the store, %s', async (ending) => {
    const stage = await stageBefore(line)
    endings[ending]?.(stage)
    await stage.pass()
    await stage.clock.advance(1_000)
    await stage.pass()
    expect(stage.network.writes()).toEqual([])
  })
})
