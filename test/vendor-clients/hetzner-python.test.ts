// hcloud-python, unchanged, against simulated Hetzner. Ansible's collection carries the same library within it.

import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { preparePython } from '../../scripts/vendor-clients/python.ts'
import { describeClient } from './describe-client.ts'
import { factsOf } from './run-client.ts'
import { hetznerToken, type ServedWorld, serveWorld } from './served-world.ts'

const python = await preparePython()
const script = path.join(import.meta.dirname, 'hcloud_python.py')

let served: ServedWorld
beforeAll(async () => {
  served = await serveWorld({ seed: 4103 })
})
afterAll(() => served[Symbol.asyncDispose]())

const tell = (chapter: string) =>
  factsOf({
    ...{ program: python.ready ?? '', args: [script, chapter] },
    env: { HCLOUD_ENDPOINT: served.hcloud, HCLOUD_TOKEN: hetznerToken(chapter) },
  })

describeClient('hcloud-python', python, () => {
  it('sees a server from its order to its end, and what cannot be', async () => {
    served.world.hcloud.control.addFault({ kind: 'soldOut', type: 'cx23', location: 'hel1' })
    const power = ['shutdown_server', 'stop_server', 'start_server', 'reboot_server', 'reset_server']
    expect(await tell('life')).toEqual({
      ...{ created: ['create_server', 'start_server'], password: null, status: 'running', location: 'nbg1' },
      ...{ 'own address': true, 'no ipv6': true, firewall: 'applied', 'by label': ['server'], nobody: true },
      power,
      ...{ labels: { other: 'label' }, actions: ['create_server', ...power].sort() },
      ...{ 'name taken': 'uniqueness_error', 'in use': 'resource_in_use', assigned: 'must_be_unassigned' },
      ...{ 'must be off': 'server_not_stopped', nowhere: 'invalid_input', 'sold out': 'resource_unavailable' },
      stranger: 'unauthorized',
      ...{ deleted: ['delete_server'], gone: 'not_found', free: null },
    })
    const nothing = { servers: [], primaryIPs: [], firewalls: [], sshKeys: [], runningActions: [] }
    expect(served.hetzner(hetznerToken('life'))).toMatchObject(nothing)
  })

  it('tells a failed action by its code', async () => {
    const error = { code: 'action_failed', message: 'Action failed' }
    served.world.hcloud.control.addFault({ kind: 'actionFailure', command: 'start_server', error, times: 1 })
    expect(await tell('failing')).toEqual({ code: 'action_failed', command: 'start_server', status: 'off' })
    expect(served.hetzner(hetznerToken('failing'))?.servers).toMatchObject([{ name: 'server', status: 'off' }])
  })

  it('turns every page', async () => {
    expect(await tell('pages')).toEqual({
      ...{ all: 53, first: 'firewall-52', page: ['firewall-21', 'firewall-23'], next: 3, total: 26 },
      ...{ locations: 6, types: true, images: true },
    })
    expect(served.hetzner(hetznerToken('pages'))?.firewalls).toEqual([])
  })

  it('gets nothing that the vendor’s description does not allow', () => {
    expect(served.wrongAnswers).toEqual([])
  })
})
