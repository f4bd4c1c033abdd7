// R12: a cached list speaks for a Project only if its request began after that Project's last own write; answers to writes
// are merged in.
import { describe, expect, it } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { createStage, type Stage } from './stage.ts'

const relabel = 'PUT /servers/:id'
const unanswered = { route: 'PUT /servers/*', times: 1 } as const

/** The server's labels were changed by hand, and a sweep has seen it. */
async function stageWithDrift(): Promise<Stage> {
  const stage = createStage({ sweepInterval: seconds(4) })
  await stage.untilReady()
  await stage.during(seconds(30))
  const [server] = stage.hetzner().servers
  const labels = { ...server?.labels, 'botyard.dev/name': 'changed-by-hand' }
  stage.control.changeServer({ id: server?.id ?? 0, labels })
  await stage.clock.advance(seconds(5))
  stage.network.forget()
  return stage
}

/** Sweeps fail from now on: what was swept before stays what the cache knows. */
const stopSweeps = (stage: Stage) =>
  stage.world.hcloud.faults.add({ route: 'GET /servers', kind: 'status', status: 502 })

describe('R12: a cached list', () => {
  it('that was asked for before our own write does not make us repeat it', async () => {
    const stage = await stageWithDrift()
    stage.world.hcloud.faults.add({ ...unanswered, kind: 'after' })
    await stage.pass()
    expect(stage.network.count(relabel)).toBe(1)
    await stage.pass()
    expect(stage.network.count(relabel)).toBe(1)
  })

  it('that was asked for while our write could still land does not make us repeat it', async () => {
    const stage = await stageWithDrift()
    stage.world.hcloud.faults.add({ ...unanswered, kind: 'held', ms: seconds(15) })
    await stage.pass()
    expect(stage.network.count(relabel)).toBe(1)
    // We stopped listening after ten seconds; a sweep sees the labels still wrong, then the write lands.
    await stage.clock.advance(seconds(4.5))
    const sweeps = stopSweeps(stage)
    await stage.clock.advance(seconds(4))
    stage.world.hcloud.faults.remove(sweeps)
    await stage.pass()
    expect(stage.network.count(relabel)).toBe(1)
  })

  it('a server that has just been created is known although no list shows it', async () => {
    const stage = createStage()
    await stage.until(() => stage.network.count('POST /ssh_keys') === 1)
    await stage.clock.advance(seconds(60))
    stage.control.addFault({ kind: 'listLag', seconds: 4 })
    await stage.until(() => stage.network.count('POST /servers') === 1)
    await stage.during(seconds(3), seconds(1))
    expect(stage.network.count('POST /servers')).toBe(1)
    expect(stage.condition('ServerReady')?.reason).not.toBe('Repairing')
  })

  it('that lags behind an answer to a write does not make us repeat it', async () => {
    const stage = await stageWithDrift()
    stage.control.addFault({ kind: 'listLag', seconds: 4 })
    await stage.pass()
    expect(stage.network.count(relabel)).toBe(1)
    stage.network.forget()
    // A sweep comes, and shows the labels as they were.
    await stage.clock.advance(seconds(3.9))
    expect(stage.network.count('GET /servers')).toBe(1)
    await stage.pass()
    expect(stage.network.count(relabel)).toBe(0)
  })

  it('is not asked at all after a write that told its result', async () => {
    const stage = createStage()
    await stage.until(() => stage.network.count('POST /firewalls') === 1)
    stage.control.addFault({ kind: 'listLag', seconds: 4 })
    await stage.untilReady()
    expect(stage.network.count('PUT /primary_ips/:id')).toBe(1)
  })
})
