// hcloud-go, unchanged, against simulated Hetzner: whole lives, long lists, and how it reads each refusal.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { prepareGoProgram } from '../../scripts/vendor-clients/go-program.ts'
import { describeClient } from './describe-client.ts'
import { factsOf } from './run-client.ts'
import { hetznerToken, type ServedWorld, serveWorld } from './served-world.ts'

const prepared = await prepareGoProgram('hcloud-go')

let served: ServedWorld
beforeAll(async () => {
  served = await serveWorld({ seed: 4101 })
})
afterAll(() => served[Symbol.asyncDispose]())

const tell = (chapter: string, at = served) =>
  factsOf({
    ...{ program: prepared.ready ?? '', args: [chapter] },
    env: { HCLOUD_ENDPOINT: at.hcloud, HCLOUD_TOKEN: hetznerToken(chapter) },
  })

describeClient('hcloud-go', prepared, () => {
  it('sees a server from its order to its end', async () => {
    expect(await tell('life')).toEqual({
      created: ['create_server', 'start_server'],
      status: 'running',
      ownAddress: true,
      firewall: 'applied',
      location: 'nbg1',
      primaryDisk: 40,
      userLabels: { app: 'test' },
      keyByPrint: 'key',
      addressByIP: true,
      serverByName: true,
      serverUnknown: true,
      switched: ['shutdown_server', 'stop_server', 'start_server', 'reboot_server', 'reset_server'],
      'labels after update': { other: 'label' },
      deleted: ['delete_server'],
      gone: true,
      'address is free': true,
    })
    const left = { servers: [], firewalls: [], sshKeys: [], primaryIPs: [{ name: 'address', assigneeID: null }] }
    expect(served.hetzner(hetznerToken('life'))).toMatchObject(left)
  })

  it('changes all of a server that can be changed', async () => {
    expect(await tell('changes')).toEqual({
      ...{ 'type while running': 'server_not_stopped', protected: 'protected', 'protected from rebuild': 'protected' },
      ...{ status: 'running', type: 'cx33', image: 'ubuntu-24.04', sameDisk: true, 'backed up': true },
      ...{ pointer: 'bot.example.org', protection: { Delete: true, Rebuild: true } },
      ended: [
        ...['stop_server', 'change_server_type', 'rebuild_server', 'enable_backup', 'disable_backup'],
        ...['change_dns_ptr', 'change_protection', 'change_protection', 'delete_server'],
      ],
    })
    expect(served.hetzner(hetznerToken('changes'))).toMatchObject({ servers: [], primaryIPs: [] })
  })

  it('uses networks, volumes and placement groups', async () => {
    const { created, ...told } = await tell('things')
    // The order of the later ones is the service's own affair.
    const commands = ['attach_to_network', 'attach_volume', 'create_server', 'start_server']
    expect(Array.isArray(created) && created.toSorted()).toEqual(commands)
    expect(told).toEqual({
      ...{
        subnet: '10.0.1.0/24',
        gateway: '10.0.0.1',
        privateNet: true,
        serversOf: 1,
        leftNetwork: ['detach_from_network'],
      },
      ...{ volumes: 1, volumeOf: true, 'volume outlives': true, isos: true, rescue: 'unsupported_error' },
      ...{ detached: ['detach_volume'], resized: ['resize_volume'], attached: ['attach_volume'] },
      nothing: [0, 0, 0, 0],
      ...{ group: 'group', membersOf: 1, 'left group': 0 },
    })
    const nothing = { servers: [], networks: [], volumes: [], placementGroups: [] }
    expect(served.hetzner(hetznerToken('things'))).toMatchObject(nothing)
  })

  it('recognises every refusal by its code', async () => {
    served.world.hcloud.control.addFault({ kind: 'soldOut', type: 'cx23', location: 'hel1' })
    expect(await tell('refusals')).toEqual({
      'wrong token': 'unauthorized',
      'name taken': 'uniqueness_error',
      'key taken': 'uniqueness_error',
      'address in use': 'primary_ip_assigned',
      'too much user data': 'invalid_input',
      'unknown location': 'invalid_input',
      'sold out': 'resource_unavailable',
      'firewall in use': 'resource_in_use',
      'address assigned': 'must_be_unassigned',
      'unassign while on': 'server_not_stopped',
      'unknown server': 'not_found',
      'bad label': 'invalid_input',
      'bad label selector': 'invalid_input',
      'fields of a bad name': ['name'],
      locked: 'locked',
    })
    const { servers, primaryIPs } = served.hetzner(hetznerToken('refusals')) ?? {}
    expect({ servers, primaryIPs }).toMatchObject({ servers: [{ name: 'server' }], primaryIPs: [{}, {}] })
  })

  it('turns every page', async () => {
    expect(await tell('pages')).toEqual({
      all: 53,
      first: 'firewall-52',
      last: 'firewall-00',
      page: 10,
      firstOfPage: 'firewall-21',
      pagination: { Page: 2, PerPage: 10, PreviousPage: 1, NextPage: 3, LastPage: 3, TotalEntries: 26 },
      limit: 3600,
      resetIsAhead: true,
      serverTypes: expect.any(Number),
      locations: 6,
      images: expect.any(Number),
      currency: 'EUR',
      correlationIDs: true,
    })
    expect(served.hetzner(hetznerToken('pages'))?.firewalls).toEqual([])
  })

  it('does not mind members that nobody knows', async () => {
    await using grown = await serveWorld({ seed: 4107 })
    grown.world.hcloud.control.addFault({ kind: 'strangeAnswers' })
    expect(await tell('changes', grown)).toMatchObject({ status: 'running', type: 'cx33' })
    const headers = { authorization: `Bearer ${hetznerToken('changes')}` }
    expect(await (await fetch(`${grown.hcloud}/locations`, { headers })).text()).toContain('introduced_later')
  })

  it('gets nothing that the vendor’s description does not allow', () => {
    expect(served.wrongAnswers).toEqual([])
  })
})
