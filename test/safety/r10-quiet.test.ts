// R10: a steady Project costs no Kubernetes write.
import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../src/clock.ts'
import { concernsUs } from '../../src/reconcilers/wake.ts'
import { projectOf } from '../support/projects.ts'
import { createStage, type Stage } from './stage.ts'

/** Webhook counters as Telegram would tell them, moving from look to look. */
function traffic(stage: Stage, at: (look: number) => Record<string, unknown>): void {
  let look = 0
  stage.network.after = async ({ line }, response) => {
    if (line !== 'getWebhookInfo') return response
    look += 1
    const { result } = (await response.json()) as { result: object }
    return Response.json({ ok: true, result: { ...result, ...at(look) } })
  }
}

async function steady(): Promise<Stage> {
  const stage = createStage({ sweepInterval: seconds(30) })
  await stage.untilReady()
  await stage.during(seconds(30))
  stage.cluster.writes.splice(0)
  return stage
}

const epochSeconds = (stage: Stage) => Math.floor(stage.clock.now() / 1_000)

describe('R10: no write while nothing changes', () => {
  it('over half an hour of probes, sweeps and looks at the webhook', async () => {
    const stage = await steady()
    await stage.during(minutes(30), seconds(60))
    expect(stage.cluster.writes).toEqual([])
  })

  it('while messages come and go', async () => {
    const stage = await steady()
    traffic(stage, (look) => ({ pending_update_count: look % 7 }))
    await stage.during(minutes(60), seconds(60))
    expect(stage.cluster.writes).toEqual([])
  })

  it('while a few updates wait and old errors are told of again and again', async () => {
    const stage = await steady()
    traffic(stage, (look) => ({
      pending_update_count: look % 7,
      last_error_date: epochSeconds(stage) - 600 - look,
      last_error_message: `Read timeout expired (${look})`,
    }))
    await stage.during(minutes(60), seconds(60))
    expect(stage.cluster.writes).toEqual([])
  })

  it('while the backlog moves within its power of ten', async () => {
    const stage = await steady()
    traffic(stage, (look) => ({ pending_update_count: 100 + 13 * (look % 40) }))
    await stage.during(minutes(10), seconds(60))
    stage.cluster.writes.splice(0)
    await stage.during(minutes(60), seconds(60))
    expect(stage.cluster.writes).toEqual([])
  })

  it.each([
    { title: 'Hetzner does not answer', service: 'hcloud', fault: { route: 'GET *', kind: 'status', status: 502 } },
    { title: 'Telegram does not answer', service: 'telegram', fault: { route: 'ANY *', kind: 'status', status: 502 } },
  ] as const)('while $title, once that has been said', async ({ service, fault }) => {
    const stage = await steady()
    // Known tokens and lists grow old: what is asked then fails.
    stage.restart()
    stage.world[service].faults.add(fault)
    await stage.during(minutes(2), seconds(60))
    stage.cluster.writes.splice(0)
    await stage.during(minutes(30), seconds(60))
    expect(stage.cluster.writes).toEqual([])
  })
})

describe('R10: nothing begins by our own word', () => {
  it('a write of our status does not wake the Project', () => {
    const before = projectOf({ metadata: { resourceVersion: '7' } })
    const after = projectOf({ metadata: { resourceVersion: '8' }, status: { observedGeneration: 1, summary: 'News.' } })
    expect(concernsUs(before, after)).toBe(false)
  })
})
