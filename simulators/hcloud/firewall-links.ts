// Which firewalls hold for which servers: applied by id or by label, pending first, in force a little later.

import type { FirewallRule } from '../kit/machines.ts'
import { parseSelector } from './labels.ts'
import type { Action, Firewall, HetznerProject, Server } from './state.ts'
import type { World } from './world.ts'

/** Also counts those that a label selector would add. */
export const firewallsPerServer = 5

export function isSelected({ selectors }: Firewall, { labels }: Server): boolean {
  return selectors.some((selector) => parseSelector(selector)?.(labels) ?? false)
}

const isWanted = (firewall: Firewall, server: Server): boolean =>
  firewall.servers.includes(server.id) || isSelected(firewall, server)

/** Brings a server's links in line with what its firewalls say. Returns the actions that do so; they lock the server. */
export function relinkServer(world: World, project: HetznerProject, server: Server): Action[] {
  if (server.status === 'deleting') return []
  return [...project.firewalls.values()].flatMap((firewall) => relink({ world, project }, firewall, server))
}

/** The same for every server, after a firewall has changed what it applies to. */
export function relinkFirewall(world: World, project: HetznerProject, firewall: Firewall): Action[] {
  const servers = [...project.servers.values()].filter(({ status }) => status !== 'deleting')
  return servers.flatMap((server) => relink({ world, project }, firewall, server))
}

interface In {
  world: World
  project: HetznerProject
}

function relink({ world, project }: In, firewall: Firewall, server: Server): Action[] {
  const link = server.firewalls.find(({ id }) => id === firewall.id)
  const wanted = isWanted(firewall, server)
  if (wanted === (link !== undefined)) return []
  // It has to wait until another one goes.
  if (wanted && server.firewalls.length >= firewallsPerServer) return []
  if (wanted) server.firewalls.push({ id: firewall.id, status: 'pending' })
  const action = world.actions.start(project, {
    command: wanted ? 'apply_firewall' : 'remove_firewall',
    resources: [
      { id: server.id, type: 'server' },
      { id: firewall.id, type: 'firewall' },
    ],
    seconds: world.options.firewallSeconds,
    locks: [server],
    succeed: () => {
      settle(firewall, server)
      if (!wanted) relinkServer(world, project, server)
    },
  })
  return [action]
}

/** Looks again at what is wanted: it may have changed while the action ran. */
function settle(firewall: Firewall, server: Server): void {
  const link = server.firewalls.find(({ id }) => id === firewall.id)
  if (isWanted(firewall, server) && link !== undefined) link.status = 'applied'
  else server.firewalls = server.firewalls.filter(({ id }) => id !== firewall.id)
}

/** The rules in force on a server: those of all its firewalls add up. `undefined`: it has none, everything is open. */
export function effectiveRules(project: HetznerProject, serverID: number): readonly FirewallRule[] | undefined {
  const inForce = project.servers.get(serverID)?.firewalls.filter(({ status }) => status === 'applied') ?? []
  if (inForce.length === 0) return undefined
  return inForce.flatMap(({ id }) => project.firewalls.get(id)?.rules ?? [])
}

/** To be called when a server is gone: its firewalls forget it, but stay in use a while. */
export function unlinkServer(world: World, project: HetznerProject, server: Server): void {
  const heldUntil = world.clock.now() + world.options.firewallReleaseSeconds * 1000
  for (const firewall of project.firewalls.values()) {
    if (firewall.servers.includes(server.id)) firewall.heldUntil = heldUntil
    firewall.servers = firewall.servers.filter((id) => id !== server.id)
  }
}

/** Also while a removal is still under way on some server. */
export const isInUse = (firewall: Firewall, { servers }: HetznerProject, now: number): boolean =>
  firewall.servers.length > 0 ||
  firewall.selectors.length > 0 ||
  firewall.heldUntil > now ||
  [...servers.values()].some(({ firewalls }) => firewalls.some(({ id }) => id === firewall.id))
