// R4: the finalizer goes only when no earlier call can still land, and after a live re-check of the server list and the webhook.
import { describe, expect, it } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { createStage, type Stage } from './stage.ts'
import { drain } from './stage-operator.ts'

/** What must be left of a deleted Project: nothing but the account's marker. */
function expectNothingLeft(stage: Stage): void {
  expect(stage.isGone()).toBe(true)
  const { servers, primaryIPs, sshKeys } = stage.hetzner()
  expect({ servers, primaryIPs, sshKeys, webhook: stage.webhook() }).toEqual({
    ...{ servers: [], primaryIPs: [], sshKeys: [], webhook: '' },
  })
}

/** A call that the world carries out so late that its sender had given up long before. */
const late = { kind: 'delay', ms: seconds(15), times: 1 } as const

describe('R4: the drain', () => {
  it('keeps the finalizer until the calls of an earlier process have ended', async () => {
    const stage = createStage()
    await stage.until(() => stage.network.count('POST /primary_ips') === 1)
    stage.deleteProject()
    stage.restart()
    const startedAt = stage.clock.monotonic()
    await stage.untilGone()
    expect(stage.clock.monotonic() - startedAt).toBeGreaterThanOrEqual(drain)
  })

  it('catches the server that an earlier process created with its last breath', async () => {
    const stage = createStage()
    stage.world.hcloud.faults.add({ route: 'POST /servers', kind: 'delay', ms: seconds(8), times: 1 })
    void stage.until(() => stage.isGone()).catch(() => {})
    while (stage.network.count('POST /servers') === 0) await stage.clock.advance(10)
    stage.restart()
    stage.deleteProject()
    await stage.untilGone()
    await stage.clock.advance(seconds(60))
    expectNothingLeft(stage)
  })

  it('catches the server of our own create that nobody answered', async () => {
    const stage = createStage()
    stage.world.hcloud.faults.add({ route: 'POST /servers', ...late })
    await stage.until(() => stage.network.count('POST /servers') === 1)
    stage.deleteProject()
    await stage.untilGone()
    await stage.clock.advance(seconds(60))
    expectNothingLeft(stage)
  })

  it('catches the webhook of our own setWebhook that nobody answered', async () => {
    const stage = createStage()
    stage.world.telegram.faults.add({ route: 'POST /bot*/setWebhook', ...late })
    await stage.until(() => stage.network.count('setWebhook') === 1)
    stage.deleteProject()
    await stage.untilGone()
    await stage.clock.advance(seconds(60))
    expectNothingLeft(stage)
  })
})
