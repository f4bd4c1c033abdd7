// R4: the finalizer goes only when no earlier call can still land, and after a live re-check of the server list and the webhook.
import { describe, expect, it } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { createStage, type Stage, stageUnlisted } from './stage.ts'
import { drain } from './stage-operator.ts'

/** What must be left of a deleted Project: nothing but the account's marker. */
function expectNothingLeft(stage: Stage): void {
  expect(stage.isGone()).toBe(true)
  const { servers, primaryIPs, ...rest } = stage.hetzner()
  const sshKeys = rest.sshKeys.filter(({ name }) => name !== 'admin')
  expect({ servers, primaryIPs, sshKeys, webhook: stage.webhook() }).toEqual({
    ...{ servers: [], primaryIPs: [], sshKeys: [], webhook: '' },
  })
}

/** A call that the world carries out long after its sender gave up, at ten seconds; and nothing else takes time. */
const late = { kind: 'held', ms: seconds(19), times: 1 } as const
const quick = { shutdownSeconds: 0.1, deleteSeconds: 0.1 }

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

  it('catches the address that an earlier process created with its last breath', async () => {
    const stage = createStage({ hcloud: quick })
    const line = 'POST /primary_ips'
    stage.world.hcloud.faults.add({ route: line, kind: 'held', ms: seconds(8), times: 1 })
    stage.network.before = async (request) => {
      if (request.line === line) stage.restart()
    }
    await stage.until(() => stage.network.count(line) === 1)
    stage.network.before = async () => {}
    stage.deleteProject()
    await stage.untilGone()
    await stage.clock.advance(seconds(60))
    expectNothingLeft(stage)
  })

  it.each([
    { thing: 'server', line: 'POST /servers' },
    { thing: 'address', line: 'POST /primary_ips' },
  ])('catches the $thing of our own create that nobody answered', async ({ line }) => {
    const stage = createStage({ hcloud: quick })
    await stage.clock.advance(drain)
    stage.world.hcloud.faults.add({ route: line, ...late })
    await stage.until(() => stage.network.count(line) === 1)
    stage.deleteProject()
    await stage.untilGone()
    await stage.clock.advance(seconds(60))
    expectNothingLeft(stage)
  })

  it('catches the webhook of our own setWebhook that nobody answered', async () => {
    const stage = createStage({ hcloud: quick })
    stage.world.telegram.faults.add({ route: 'POST /bot*/setWebhook', ...late })
    await stage.until(() => stage.network.count('setWebhook') === 1)
    stage.deleteProject()
    await stage.untilGone()
    await stage.clock.advance(seconds(60))
    expectNothingLeft(stage)
  })
})

/** Calls this when the deletion has found nothing more to delete, right before its last question. */
async function atTheEnd(stage: Stage, change: () => Promise<unknown>): Promise<void> {
  let isDue = true
  stage.network.before = async ({ line }) => {
    if (line !== 'GET /ssh_keys' || !isDue || stage.hetzner().sshKeys.length > 0) return
    isDue = false
    await change()
  }
  stage.deleteProject()
  await stage.untilGone()
  expect(isDue).toBe(false)
}

describe('R4: the last live look', () => {
  it('sees a server that came after everything was deleted', async () => {
    const stage = createStage()
    await stage.untilReady()
    const [server] = stage.hetzner().servers
    const body = {
      name: server?.name,
      labels: server?.labels,
      server_type: 'cx23',
      image: 'debian-13',
      location: 'nbg1',
    }
    await atTheEnd(stage, () => stage.askHetzner('POST', '/servers', body))
    await stage.clock.advance(seconds(60))
    expect(stage.hetzner().servers).toEqual([])
  })

  it('sees an address that came after everything was deleted', async () => {
    const stage = createStage()
    await stage.untilReady()
    const ip = stage.hetzner().primaryIPs.find(({ type }) => type === 'ipv4')
    const body = { name: ip?.name, labels: ip?.labels, type: 'ipv4', location: 'nbg1', auto_delete: false }
    await atTheEnd(stage, () => stage.askHetzner('POST', '/primary_ips', body))
    expectNothingLeft(stage)
  })

  it('sees a webhook that came after everything was deleted', async () => {
    const stage = createStage()
    await stage.untilReady()
    const url = stage.webhook()
    await atTheEnd(stage, () => stage.stealWebhook(url))
    expectNothingLeft(stage)
  })

  it.each([{ line: 'POST /servers' }, { line: 'POST /primary_ips' }])(
    'sees what has just come of $line by its id, where no list shows it yet',
    async ({ line }) => {
      const stage = await stageUnlisted(line)
      stage.deleteProject()
      await stage.untilGone()
      await stage.clock.advance(seconds(60))
      expectNothingLeft(stage)
    },
  )
})
