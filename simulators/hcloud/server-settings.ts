// What is only remembered about a server: protection, backups, reverse names, its placement group.

import { z } from 'zod'
import type { Call } from './endpoint.ts'
import { invalidInput, unprocessable } from './errors.ts'
import { id, parseBody } from './input.ts'
import { checkPlacementGroup } from './placement-groups.ts'
import { holderOf, reverseNameBody, setReverseName } from './reverse-names.ts'
import { checkStopped, type ServerWork } from './server-changes.ts'
import { on } from './server-power.ts'
import type { Server } from './state.ts'

/** It takes effect when the action succeeds. */
const setting = ({ world }: Call, o: { server: Server; command: string; succeed(): void }): ServerWork => ({
  work: { ...on(o.server), command: o.command, seconds: world.options.settingSeconds, succeed: o.succeed },
})

const protectionBody = z.strictObject({ delete: z.boolean().exactOptional(), rebuild: z.boolean().exactOptional() })

export function changeProtection(call: Call, server: Server): ServerWork {
  const protection = { ...server.protection, ...parseBody(protectionBody, call.body) }
  if (protection.delete !== protection.rebuild) {
    throw invalidInput('delete and rebuild protection must have the same value')
  }
  const succeed = () => {
    server.protection = protection
  }
  return setting(call, { server, command: 'change_protection', succeed })
}

const windows = ['22-02', '02-06', '06-10', '10-14', '14-18', '18-22']

/** Hetzner picks the hours; they stay when backups are on already. */
export function enableBackup(call: Call, server: Server): ServerWork {
  const chosen = windows[Math.floor(call.world.random() * windows.length)] ?? null
  const succeed = () => {
    server.backupWindow ??= chosen
  }
  return setting(call, { server, command: 'enable_backup', succeed })
}

export function disableBackup(call: Call, server: Server): ServerWork {
  const succeed = () => {
    server.backupWindow = null
  }
  return setting(call, { server, command: 'disable_backup', succeed })
}

/** The names belong to the server's Primary IPs, and stay with those. */
export function changeReverseName(call: Call, server: Server): ServerWork {
  const { ip, dns_ptr: name = null } = parseBody(reverseNameBody, call.body)
  const addresses = [server.ipv4, server.ipv6].flatMap((one) => call.project.primaryIPs.get(one ?? 0) ?? [])
  const holder = holderOf(ip, addresses)
  return setting(call, { server, command: 'change_dns_ptr', succeed: () => setReverseName(holder, { ip, name }) })
}

export function addToPlacementGroup(call: Call, server: Server): ServerWork {
  const { placement_group: group } = parseBody(z.strictObject({ placement_group: id }), call.body)
  if (server.placementGroup !== null) {
    throw unprocessable('already_in_placement_group', 'the server is already in a placement group')
  }
  checkPlacementGroup(call.project, group)
  checkStopped(server)
  // Its place is taken at once: the group must not become too full meanwhile.
  server.placementGroup = group
  const { work } = setting(call, { server, command: 'add_to_placement_group', succeed: () => {} })
  const fail = () => {
    server.placementGroup = null
  }
  return { work: { ...work, fail } }
}

export function removeFromPlacementGroup(call: Call, server: Server): ServerWork {
  if (server.placementGroup === null) throw invalidInput('the server is not in a placement group')
  const succeed = () => {
    server.placementGroup = null
  }
  return setting(call, { server, command: 'remove_from_placement_group', succeed })
}
