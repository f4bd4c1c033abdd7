// R7: nothing without our owner labels is changed or deleted; a read that failed deletes nothing.
import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../src/clock.ts'
import { throwawayPublicKey } from '../../src/reconcilers/throwaway-key.ts'
import { botSpec } from '../support/projects.ts'
import { botID, createStage, projectPath, type Stage, secretPath } from './stage.ts'

const uid = '8f14e45f-ceea-467f-a4c5-0d8f3c2b1a90'
const labels = (cluster: string, owner: string) => ({
  ...{ 'botyard.dev/cluster': cluster, 'botyard.dev/uid': owner },
  ...{ 'botyard.dev/namespace': 'other', 'botyard.dev/name': 'other' },
})

/** Near in every way, and none of them ours. */
const neighbours = [
  { name: 'of-another-cluster', labels: labels('production', uid) },
  { name: 'of-another-project', labels: labels('lab', 'ffffffff-0000-4000-8000-000000000000') },
  { name: 'of-nobody', labels: {} },
]

async function settleNeighbours(stage: Stage): Promise<void> {
  for (const { name, labels } of neighbours) {
    const ip = { name, type: 'ipv4', location: 'nbg1', auto_delete: false, labels }
    const server = { name, server_type: 'cx23', image: 'debian-13', location: 'nbg1', labels }
    const key = { name, public_key: throwawayPublicKey(name), labels }
    await stage.askHetzner('POST', '/primary_ips', ip)
    await stage.askHetzner('POST', '/servers', server)
    await stage.askHetzner('POST', '/ssh_keys', key)
  }
  await stage.clock.advance(minutes(1))
}

function neighbourhood(stage: Stage) {
  const { servers, primaryIPs, sshKeys } = stage.hetzner()
  const isNeighbour = ({ name }: { name: string }) => neighbours.some((one) => name.startsWith(one.name))
  return [servers, primaryIPs.filter(({ type }) => type === 'ipv4'), sshKeys].map((all) =>
    (all as { name: string; labels: object }[]).filter(isNeighbour).map(({ name, labels }) => ({ name, labels })),
  )
}

describe('R7: neighbours in the same Hetzner project', () => {
  it('outlive a whole life, labels and all', async () => {
    const stage = createStage()
    await settleNeighbours(stage)
    const before = neighbourhood(stage)
    expect(before.map((all) => all.length)).toEqual([3, 3, 3])
    await stage.untilReady()
    stage.deleteProject()
    await stage.untilGone()
    expect(neighbourhood(stage)).toEqual(before)
  })

  it('an address that lost our labels while lists still show them is not given back', async () => {
    const server = { types: ['cx23', 'cpx22'], locations: ['nbg1', 'fsn1'], sshKeys: ['admin'] }
    const stage = createStage({ spec: botSpec({ server }) })
    await stage.askHetzner('POST', '/ssh_keys', { name: 'admin', public_key: throwawayPublicKey('admin') })
    await stage.until(() => stage.hetzner().primaryIPs.length === 1)
    const [ip] = stage.hetzner().primaryIPs
    await stage.clock.advance(minutes(1))
    stage.control.addFault({ kind: 'listLag', seconds: 55 })
    stage.control.changePrimaryIP({ id: ip?.id ?? 0, labels: {} })
    // Nothing can be had there any more: an address of ours would be released now.
    stage.control.addFault({ kind: 'soldOut', type: '*', location: '*' })
    await stage.during(seconds(20))
    expect(stage.network.count('POST /servers')).toBeGreaterThan(0)
    expect(stage.network.lines()).not.toContain('DELETE /primary_ips/:id')
    expect(stage.hetzner().primaryIPs.map(({ id }) => id)).toContain(ip?.id)
  })
})

describe('R7: in Kubernetes and at Telegram', () => {
  it('a Secret of the name that ours would have is neither written nor deleted', async () => {
    const stage = createStage()
    const path = secretPath('echo-botyard')
    stage.cluster.put(path, {
      metadata: { name: 'echo-botyard', namespace: 'shop', uid: 'theirs' },
      data: { a: 'Yg==' },
    })
    const before = stage.cluster.get(path)
    await stage.until(() => stage.condition('ServerReady')?.reason === 'NameTaken')
    stage.deleteProject()
    await stage.untilGone()
    expect(stage.cluster.get(path)).toEqual(before)
  })

  it('a webhook that points elsewhere is neither replaced at first sight nor removed at the end', async () => {
    const stage = createStage()
    await stage.stealWebhook('https://bots.example.com/hook')
    await stage.until(() => stage.condition('WebhookReady')?.reason === 'ForeignWebhook')
    stage.deleteProject()
    await stage.untilGone()
    expect(stage.webhook()).toBe('https://bots.example.com/hook')
    expect(stage.network.writes()).not.toContain('deleteWebhook')
    expect(stage.world.telegram.simulator.registry.get(botID)?.webhook?.url).toBe('https://bots.example.com/hook')
  })
})

const html = '<html><body>502 Bad Gateway</body></html>'
const failures = {
  'a web page with status 502': { kind: 'status', status: 502, body: html, contentType: 'text/html' },
  'a web page with status 404': { kind: 'status', status: 404, body: html, contentType: 'text/html' },
  'a good status and a body of something else': {
    kind: 'wrongBody',
    body: '{"message": "hello"}',
    contentType: 'application/json',
  },
  'an empty body': { kind: 'wrongBody', body: '' },
  'no answer': { kind: 'held' },
} as const

describe.each(Object.entries(failures))('R7: reads that get %s', (_title, failure) => {
  it('change and delete nothing of a Project that serves', async () => {
    const stage = createStage()
    await stage.untilReady()
    stage.restart()
    stage.network.forget()
    stage.world.hcloud.faults.add({ route: 'GET *', ...failure })
    await stage.during(seconds(60))
    expect(stage.network.writes()).toEqual([])
    expect(stage.isReady()).toBe(true)
  })

  it('end no deletion', async () => {
    const stage = createStage()
    await stage.untilReady()
    stage.deleteProject()
    stage.network.forget()
    stage.world.hcloud.faults.add({ route: 'GET *', ...failure })
    await stage.during(seconds(60))
    expect(stage.isGone()).toBe(false)
    expect(stage.hetzner().servers).toHaveLength(1)
    stage.world.hcloud.faults.clear()
    await stage.untilGone()
    expect(stage.hetzner().servers).toEqual([])
    expect(stage.cluster.get(projectPath)).toBeUndefined()
  })

  it('end no deletion, not even one whose status names nothing', async () => {
    const stage = createStage()
    await stage.untilReady()
    stage.deleteProject()
    stage.cluster.change(projectPath, (object) => {
      const { server: _server, address: _address, ...rest } = object['status'] as Record<string, unknown>
      object['status'] = rest
    })
    for (const route of ['GET /servers', 'GET /primary_ips', 'GET /ssh_keys'])
      stage.world.hcloud.faults.add({ route, ...failure })
    await stage.during(seconds(60))
    expect(stage.isGone()).toBe(false)
  })
})
