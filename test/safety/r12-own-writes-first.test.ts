// R12: a cached list speaks for a Project only if its request began after that Project's last own write; answers to writes
// are merged in.
import { describe, expect, it } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { createStage } from './stage.ts'

const powerOn = 'POST /servers/:id/actions/poweron'

describe('R12: cached lists', () => {
  it('a list read before our power-on does not make us repeat it', async () => {
    const stage = createStage({ sweepInterval: seconds(60) })
    await stage.untilReady()
    stage.control.powerOffServer(stage.hetzner().servers[0]?.id ?? 0)
    stage.world.hcloud.faults.add({ route: 'POST /servers/*/actions/poweron', kind: 'lostAnswer', times: 1 })
    await stage.until(() => stage.network.count(powerOn) === 1, { pace: seconds(1) })
    await stage.during(seconds(20), seconds(1))
    expect(stage.network.count(powerOn)).toBe(1)
    expect(stage.hetzner().servers[0]?.status).toBe('running')
  })

  it('a server that has just been created is known although no list shows it', async () => {
    const stage = createStage()
    await stage.until(() => stage.network.count('POST /ssh_keys') === 1)
    await stage.clock.advance(seconds(60))
    stage.control.lagLists(4)
    await stage.until(() => stage.network.count('POST /servers') === 1)
    await stage.during(seconds(3), seconds(1))
    expect(stage.network.count('POST /servers')).toBe(1)
    expect(stage.condition('ServerReady')?.reason).not.toBe('Repairing')
  })
})
