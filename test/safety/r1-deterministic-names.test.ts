// R1: names are deterministic; Hetzner's uniqueness error is the fence for create.
import { describe, expect, it } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { markerName, resourceName } from '../../src/reconcilers/names.ts'
import { createStage } from './stage.ts'

const owner = { uid: '8f14e45f-ceea-467f-a4c5-0d8f3c2b1a90', namespace: 'shop', name: 'echo' }

describe('R1: a create that nobody remembers and no list shows meets its own name', () => {
  it.each([
    { route: 'POST /firewalls', kind: 'firewalls' },
    { route: 'POST /primary_ips', kind: 'primaryIPs' },
    { route: 'POST /ssh_keys', kind: 'sshKeys' },
    { route: 'POST /servers', kind: 'servers' },
  ] as const)('after $route, with the process killed and lists that lag', async ({ route, kind }) => {
    const stage = createStage()
    // A server brings an IPv6 address of its own.
    const found = () => stage.hetzner()[kind].filter((each) => !('type' in each && each.type === 'ipv6'))
    stage.world.hcloud.faults.add({ route, kind: 'after', times: 1 })
    stage.network.before = async ({ line }) => {
      // From here on every list shows the world of a minute ago: look-ups are blind, only the name can tell.
      if (line === route && stage.network.count(route) === 1) stage.control.addFault({ kind: 'listLag', seconds: 60 })
    }
    await stage.until(() => stage.network.count(route) === 1)
    stage.restart()
    await stage.during(seconds(50))
    expect(found()).toHaveLength(1)
    stage.control.clearFaults()
    await stage.untilReady()
    expect(found()).toHaveLength(1)
  })

  it('and names never change from one version to the next', () => {
    expect(resourceName('lab', owner)).toBe(resourceName('lab', { ...owner }))
    expect([resourceName('lab', owner), markerName('lab')]).toMatchInlineSnapshot(`
      [
        "echo-sgra6fffilhqg",
        "botyard-kk8kdks0evvpi",
      ]
    `)
  })
})
