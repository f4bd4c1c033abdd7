// R5: look up by label; a stored id proves the account, never existence.
import { describe, expect, it } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { createStage, otherToken, projectPath, type Stage } from './stage.ts'

type Status = Record<string, unknown> & { server?: Record<string, unknown> }

function changeStatus(stage: Stage, change: (status: Status) => void): void {
  stage.cluster.change(projectPath, (object) => change(object['status'] as Status))
}

/** A server of somebody else in the same Hetzner project. */
async function foreignServer(stage: Stage): Promise<number> {
  const response = await stage.askHetzner('POST', '/servers', {
    ...{ name: 'somebody-elses', server_type: 'cx23', image: 'debian-13', location: 'nbg1', ssh_keys: [] },
    start_after_create: true,
  })
  const { server } = (await response.json()) as { server: { id: number } }
  return server.id
}

describe('R5: what exists is found by label, whatever the status says', () => {
  it('a server that the status forgot is found, not created again', async () => {
    const stage = createStage()
    await stage.untilReady()
    const [before] = stage.hetzner().servers
    changeStatus(stage, (status) => {
      delete status.server
      delete status['operation']
      delete status['address']
    })
    stage.restart()
    stage.network.forget()
    await stage.during(seconds(30))
    expect(stage.isReady()).toBe(true)
    expect(stage.hetzner().servers.map(({ id }) => id)).toEqual([before?.id])
    expect(stage.network.count('POST /servers')).toBe(0)
  })

  it('a server that the status names but nobody has is created again', async () => {
    const stage = createStage()
    await stage.untilReady()
    stage.control.deleteServer(stage.hetzner().servers[0]?.id ?? 0)
    stage.restart()
    await stage.until(() => stage.hetzner().servers.some(({ status }) => status === 'running'))
    expect(stage.status()?.server?.id).toBe(stage.hetzner().servers[0]?.id)
  })

  it('a deletion finds what no status tells of', async () => {
    const stage = createStage()
    await stage.untilReady()
    changeStatus(stage, (status) => {
      delete status.server
      delete status['address']
    })
    stage.deleteProject()
    await stage.untilGone()
    expect(stage.hetzner().servers).toEqual([])
    expect(stage.hetzner().primaryIPs).toEqual([])
  })

  it('a deletion leaves alone what the status names but carries no label of ours', async () => {
    const stage = createStage()
    await stage.untilReady()
    const id = await foreignServer(stage)
    await stage.clock.advance(seconds(60))
    changeStatus(stage, ({ server }) => Object.assign(server ?? {}, { id }))
    stage.deleteProject()
    await stage.untilGone()
    expect(stage.hetzner().servers).toMatchObject([{ id, status: 'running' }])
  })
})

describe('R5: a stored id proves the account', () => {
  it('a token of another Hetzner project, which reads none of them, creates nothing there', async () => {
    const stage = createStage()
    await stage.untilReady()
    stage.putToken('hetzner', otherToken)
    stage.network.forget()
    await stage.during(seconds(40))
    expect(stage.network.writes()).toEqual([])
    expect(stage.condition('CredentialsReady')).toMatchObject({ status: 'False', reason: 'AccountChanged' })
  })
})
