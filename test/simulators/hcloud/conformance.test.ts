// Every answer of every test here passes the vendor's description (support.ts); this file sees that all endpoints do.

import { describe, expect, it } from 'vitest'
import { answerCheck, createLab } from './support.ts'
import { hasVendorDescription } from './vendor-description.ts'

const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb1YgIgiYdpzZHtnMD0m6Xx4CGH1MlGRmWzAjNPj5Vr x'

const operations = [
  'GET /actions',
  'GET /actions/{id}',
  'GET /servers',
  'POST /servers',
  'GET /servers/{id}',
  'PUT /servers/{id}',
  'DELETE /servers/{id}',
  'GET /servers/actions',
  'GET /servers/{id}/actions',
  'POST /servers/{id}/actions/poweron',
  'POST /servers/{id}/actions/poweroff',
  'POST /servers/{id}/actions/shutdown',
  'POST /servers/{id}/actions/reboot',
  'POST /servers/{id}/actions/reset',
  'GET /primary_ips',
  'POST /primary_ips',
  'GET /primary_ips/{id}',
  'PUT /primary_ips/{id}',
  'DELETE /primary_ips/{id}',
  'GET /primary_ips/actions',
  'GET /primary_ips/{id}/actions',
  'POST /primary_ips/{id}/actions/assign',
  'POST /primary_ips/{id}/actions/unassign',
  'GET /firewalls',
  'POST /firewalls',
  'GET /firewalls/{id}',
  'PUT /firewalls/{id}',
  'DELETE /firewalls/{id}',
  'GET /firewalls/actions',
  'GET /firewalls/{id}/actions',
  'POST /firewalls/{id}/actions/apply_to_resources',
  'POST /firewalls/{id}/actions/remove_from_resources',
  'POST /firewalls/{id}/actions/set_rules',
  'GET /ssh_keys',
  'POST /ssh_keys',
  'GET /ssh_keys/{id}',
  'PUT /ssh_keys/{id}',
  'DELETE /ssh_keys/{id}',
  'GET /images',
  'GET /images/{id}',
  'GET /server_types',
  'GET /server_types/{id}',
  'GET /locations',
  'GET /locations/{id}',
  'GET /pricing',
]

describe.skipIf(!hasVendorDescription)('the vendor’s description', () => {
  it('covers a good answer of every endpoint', async () => {
    const lab = createLab()
    await tour(lab)
    const good = [...(answerCheck?.checked.keys() ?? [])].filter((key) => / 2\d\d$/.test(key))
    expect(new Set(good.map((key) => key.replace(/ \d+$/, '')))).toEqual(new Set(operations))
  })

  it.each([
    { what: 'lacks a member', body: { ssh_key: { id: 1 } } },
    { what: 'has a member that nobody named', body: { ssh_key: sshKey({ secret: 1 }) } },
    { what: 'has a wrong type', body: { ssh_key: sshKey({ name: 1 }) } },
  ])('catches an answer that $what', ({ body }) => {
    expect(answerCheck?.problemOf({ method: 'GET', path: '/ssh_keys/1', status: 200, body })).toBeDefined()
    expect(
      answerCheck?.problemOf({ method: 'GET', path: '/ssh_keys/1', status: 200, body: { ssh_key: sshKey({}) } }),
    ).toBe(undefined)
  })
})

function sshKey(change: object): object {
  const created = '2026-01-01T00:00:00Z'
  return { id: 1, name: 'key', fingerprint: 'ab', public_key: 'ssh', labels: {}, created, ...change }
}

async function tour({ api, clock, runningServer }: ReturnType<typeof createLab>): Promise<void> {
  const settle = () => clock.advance(30_000)
  const created = async (path: string, body: object) =>
    Object.values((await api('POST', path, body)).body)[0] as { id: number }

  const key = await created('/ssh_keys', { name: 'key', public_key: publicKey })
  await api('GET', '/ssh_keys')
  await api('GET', `/ssh_keys/${key.id}`)
  await api('PUT', `/ssh_keys/${key.id}`, { labels: { a: '' } })
  await api('DELETE', `/ssh_keys/${key.id}`)

  for (const list of ['/images?include_deprecated=true', '/images/310557660', '/server_types', '/server_types/114'])
    await api('GET', list)
  for (const list of ['/locations', '/locations/2', '/pricing']) await api('GET', list)

  const rules = [{ direction: 'in', protocol: 'tcp', port: '8443', source_ips: ['0.0.0.0/0', '::/0'] }]
  const selector = { type: 'label_selector', label_selector: { selector: 'a' } }
  const firewall = await created('/firewalls', { name: 'f', rules, apply_to: [selector] })
  const server = await runningServer({ labels: { a: '1' } })
  const target = [{ type: 'server', server: { id: server.id } }]
  await api('GET', '/firewalls')
  await api('PUT', `/firewalls/${firewall.id}`, { name: 'g' })
  await api('POST', `/firewalls/${firewall.id}/actions/set_rules`, { rules: [] })
  await api('POST', `/firewalls/${firewall.id}/actions/apply_to_resources`, { apply_to: target })
  await api('GET', `/firewalls/${firewall.id}`)
  await api('POST', `/firewalls/${firewall.id}/actions/remove_from_resources`, { remove_from: [...target, selector] })
  await settle()
  await api('GET', '/firewalls/actions')
  await api('GET', `/firewalls/${firewall.id}/actions`)
  await api('DELETE', `/firewalls/${firewall.id}`)

  await api('GET', '/servers')
  await api('PUT', `/servers/${server.id}`, { name: 'renamed' })
  for (const action of ['reboot', 'reset', 'shutdown', 'poweron', 'poweroff']) {
    await api('POST', `/servers/${server.id}/actions/${action}`)
    await settle()
  }

  const address = await created('/primary_ips', { name: 'ip', type: 'ipv4', location: 'nbg1' })
  await api('GET', '/primary_ips')
  await api('PUT', `/primary_ips/${address.id}`, { auto_delete: false })
  await api('POST', `/primary_ips/${server.public_net.ipv4.id}/actions/unassign`)
  await settle()
  await api('POST', `/primary_ips/${address.id}/actions/assign`, { assignee_type: 'server', assignee_id: server.id })
  await settle()
  await api('GET', `/primary_ips/${address.id}`)
  await api('GET', '/primary_ips/actions')
  await api('GET', `/primary_ips/${address.id}/actions`)
  await api('DELETE', `/primary_ips/${server.public_net.ipv4.id}`)

  const { actions } = (await api('GET', '/servers/actions?sort=status&sort=id:desc')).body
  await api('GET', `/actions?id=${actions[0].id}`)
  await api('GET', `/actions/${actions[0].id}`)
  await api('GET', `/servers/${server.id}/actions`)
  await api('GET', `/servers/${server.id}`)
  await api('DELETE', `/servers/${server.id}`)
}
