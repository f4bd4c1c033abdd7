// One good call of every endpoint, in an order in which a person could make them.

import { expect } from 'vitest'
import type { Body, Lab } from './support.ts'

export const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb1YgIgiYdpzZHtnMD0m6Xx4CGH1MlGRmWzAjNPj5Vr x'

interface Guide {
  /** Expects success, waits until all that it began has ended, and answers the first member of the body. */
  go(method: string, path: string, body?: unknown): Promise<Body>
  lab: Lab
}

export async function tour(lab: Lab): Promise<void> {
  const guide: Guide = {
    lab,
    async go(method, path, body) {
      const answer = await lab.api(method, path, body)
      expect(answer.body?.error, `${method} ${path}`).toBeUndefined()
      await lab.clock.advance(30_000)
      return Object.values(answer.body ?? {})[0]
    },
  }
  await seeCatalogue(guide)
  await seeKeys(guide)
  await seeFirewalls(guide)
  await seeAddresses(guide)
  await seeNetworks(guide)
  await seeVolumes(guide)
  await seePlacementGroups(guide)
  await seeServers(guide)
  await seeActions(guide)
}

async function seeCatalogue({ go }: Guide): Promise<void> {
  for (const path of ['/images?include_deprecated=true', '/images/310557660', '/server_types', '/server_types/114']) {
    await go('GET', path)
  }
  for (const path of ['/locations', '/locations/2', '/pricing', '/isos', '/isos/28821']) await go('GET', path)
  for (const path of ['/load_balancers', '/floating_ips', '/certificates?type=managed', '/zones?mode=primary']) {
    await go('GET', path)
  }
}

async function seeKeys({ go }: Guide): Promise<void> {
  const key = await go('POST', '/ssh_keys', { name: 'key', public_key: publicKey })
  await go('GET', '/ssh_keys')
  await go('GET', `/ssh_keys/${key.id}`)
  await go('PUT', `/ssh_keys/${key.id}`, { labels: { a: '' } })
  await go('DELETE', `/ssh_keys/${key.id}`)
}

async function seeFirewalls({ go, lab }: Guide): Promise<void> {
  const rules = [{ direction: 'in', protocol: 'tcp', port: '8443', source_ips: ['0.0.0.0/0', '::/0'] }]
  const selector = { type: 'label_selector', label_selector: { selector: 'a' } }
  const { id } = await go('POST', '/firewalls', { name: 'f', rules, apply_to: [selector] })
  const server = await lab.runningServer({ labels: { a: '1' } })
  const target = [{ type: 'server', server: { id: server.id } }]
  await go('GET', '/firewalls')
  await go('PUT', `/firewalls/${id}`, { name: 'g' })
  await go('POST', `/firewalls/${id}/actions/set_rules`, { rules: [] })
  await go('POST', `/firewalls/${id}/actions/apply_to_resources`, { apply_to: target })
  await go('GET', `/firewalls/${id}`)
  await go('POST', `/firewalls/${id}/actions/remove_from_resources`, { remove_from: [...target, selector] })
  await seeActionsOf(go, `/firewalls`, id)
  await go('DELETE', `/firewalls/${id}`)
}

async function seeActionsOf(go: Guide['go'], path: string, id: number): Promise<void> {
  const [action] = await go('GET', `${path}/actions`)
  await go('GET', `${path}/actions/${action.id}`)
  const [own] = await go('GET', `${path}/${id}/actions`)
  await go('GET', `${path}/${id}/actions/${own.id}`)
}

async function seeAddresses({ go, lab }: Guide): Promise<void> {
  const server = await lab.runningServer()
  await go('POST', `/servers/${server.id}/actions/poweroff`)
  const address = await go('POST', '/primary_ips', { name: 'ip', type: 'ipv4', location: 'nbg1' })
  const path = `/primary_ips/${address.id}/actions`
  await go('GET', '/primary_ips')
  await go('PUT', `/primary_ips/${address.id}`, { auto_delete: false })
  await go('POST', `/primary_ips/${server.public_net.ipv4.id}/actions/unassign`)
  await go('POST', `${path}/assign`, { assignee_type: 'server', assignee_id: server.id })
  await go('POST', `${path}/change_dns_ptr`, { ip: address.ip, dns_ptr: 'bot.example.org' })
  await go('POST', `${path}/change_protection`, { delete: true })
  await go('GET', `/primary_ips/${address.id}`)
  await seeActionsOf(go, '/primary_ips', address.id)
  await go('DELETE', `/primary_ips/${server.public_net.ipv4.id}`)
}

async function seeNetworks({ go, lab }: Guide): Promise<void> {
  const subnet = { type: 'cloud', network_zone: 'eu-central', ip_range: '10.0.1.0/24' }
  const { id } = await go('POST', '/networks', { name: 'net', ip_range: '10.0.0.0/16', subnets: [subnet] })
  const path = `/networks/${id}/actions`
  const second = { type: 'cloud', network_zone: 'us-east', ip_range: '10.0.2.0/24' }
  const route = { destination: '10.100.1.0/24', gateway: '10.0.1.9' }
  await go('POST', `${path}/add_subnet`, second)
  await go('POST', `${path}/delete_subnet`, { ip_range: second.ip_range })
  await go('POST', `${path}/add_route`, route)
  await go('GET', '/networks')
  await go('POST', `${path}/delete_route`, route)
  await go('POST', `${path}/change_ip_range`, { ip_range: '10.0.0.0/15' })
  await go('POST', `${path}/change_protection`, { delete: false })
  await go('PUT', `/networks/${id}`, { name: 'network' })
  const server = await lab.runningServer({ networks: [id] })
  await go('GET', `/networks/${id}`)
  await go('GET', `/servers/${server.id}`)
  await go('POST', `/servers/${server.id}/actions/change_alias_ips`, { network: id, alias_ips: ['10.0.1.77'] })
  await go('POST', `/servers/${server.id}/actions/detach_from_network`, { network: id })
  await go('POST', `/servers/${server.id}/actions/attach_to_network`, { network: id, ip: '10.0.1.8' })
  await seeActionsOf(go, '/networks', id)
  await go('DELETE', `/networks/${id}`)
}

async function seeVolumes({ go, lab }: Guide): Promise<void> {
  const server = await lab.runningServer()
  const { id } = await go('POST', '/volumes', {
    name: 'v',
    size: 10,
    server: server.id,
    format: 'ext4',
    automount: true,
  })
  await go('GET', '/volumes?status=available')
  await go('GET', `/servers/${server.id}`)
  await go('POST', `/volumes/${id}/actions/detach`)
  await go('POST', `/volumes/${id}/actions/attach`, { server: server.id, automount: false })
  await go('POST', `/volumes/${id}/actions/resize`, { size: 20 })
  await go('POST', `/volumes/${id}/actions/change_protection`, { delete: false })
  await go('POST', `/volumes/${id}/actions/detach`)
  await go('PUT', `/volumes/${id}`, { name: 'w', labels: { a: 'b' } })
  await go('GET', `/volumes/${id}`)
  await seeActionsOf(go, '/volumes', id)
  await go('DELETE', `/volumes/${id}`)
}

async function seePlacementGroups({ go, lab }: Guide): Promise<void> {
  const { id } = await go('POST', '/placement_groups', { name: 'p', type: 'spread', labels: {} })
  const server = await lab.runningServer({ placement_group: id, start_after_create: false })
  await go('GET', '/placement_groups?type=spread')
  await go('POST', `/servers/${server.id}/actions/remove_from_placement_group`)
  await go('POST', `/servers/${server.id}/actions/add_to_placement_group`, { placement_group: id })
  await go('GET', `/servers/${server.id}`)
  await go('PUT', `/placement_groups/${id}`, { name: 'q' })
  await go('GET', `/placement_groups/${id}`)
  await go('DELETE', `/servers/${server.id}`)
  await go('DELETE', `/placement_groups/${id}`)
}

async function seeServers({ go, lab }: Guide): Promise<void> {
  const server = await lab.runningServer({ image: 114690389, server_type: 114, ssh_keys: [] })
  const path = `/servers/${server.id}/actions`
  await go('GET', '/servers?sort=name:desc&status=running&status=off')
  await go('PUT', `/servers/${server.id}`, { name: 'renamed', labels: { a: 'b' } })
  for (const name of ['reboot', 'reset', 'shutdown', 'poweron', 'poweroff']) await go('POST', `${path}/${name}`)
  await go('POST', `${path}/change_type`, { server_type: 'cx33', upgrade_disk: true })
  await go('POST', `${path}/rebuild`, { image: 'debian-13', user_data: '#!/bin/sh' })
  await go('POST', `${path}/enable_backup`)
  await go('GET', `/servers/${server.id}`)
  await go('POST', `${path}/disable_backup`)
  await go('POST', `${path}/change_dns_ptr`, { ip: server.public_net.ipv4.ip, dns_ptr: null })
  await go('POST', `${path}/detach_iso`)
  await go('GET', `/servers/${server.id}/metrics?type=cpu&start=2026-01-01T00:00:00Z&end=2026-01-01T01:00:00Z&step=60`)
  await go('POST', `${path}/change_protection`, { delete: false, rebuild: false })
  await seeActionsOf(go, '/servers', server.id)
  await go('DELETE', `/servers/${server.id}`)
}

async function seeActions({ go }: Guide): Promise<void> {
  const [first, second] = await go('GET', '/servers/actions?sort=status&sort=id:desc')
  await go('GET', `/actions?id=${first.id}&id=${second.id}&page=1&sort=status&sort=id`)
  await go('GET', `/actions/${first.id}`)
}
