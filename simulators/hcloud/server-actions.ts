// POST /servers/{id}/actions/…: the table of everything that can be done to a server. Anything under way locks it.

import type { Work } from './actions.ts'
import { type Call, created, type Endpoint } from './endpoint.ts'
import { locked, unprocessable } from './errors.ts'
import type { Guests } from './guests.ts'
import { changeType, rebuild, type ServerWork } from './server-changes.ts'
import { attachToNetwork, changeAliasIPs, detachFromNetwork } from './server-networks.ts'
import { on, type Power } from './server-power.ts'
import {
  addToPlacementGroup,
  changeProtection,
  changeReverseName,
  disableBackup,
  enableBackup,
  removeFromPlacementGroup,
} from './server-settings.ts'
import { findServer } from './servers.ts'
import { type Action, type HetznerProject, isLocked, type Server } from './state.ts'

/** Starts the action or throws what refuses it; `more` goes into the answer beside it. */
type ServerAction = (call: Call, server: Server) => { action: Action; more?: object }

export function serverActionEndpoints({ power, guests }: { power: Power; guests: Guests }): Endpoint[] {
  const table: Record<string, ServerAction> = {
    poweron: powered(power.powerOn),
    poweroff: powered(power.powerOff),
    shutdown: powered(power.shutdown),
    reboot: powered(power.reboot),
    reset: powered(power.reset),
    change_type: working(changeType(guests)),
    rebuild: working(rebuild(guests)),
    change_protection: working(changeProtection),
    enable_backup: working(enableBackup),
    disable_backup: working(disableBackup),
    change_dns_ptr: working(changeReverseName),
    attach_to_network: working(plain(attachToNetwork)),
    detach_from_network: working(plain(detachFromNetwork)),
    change_alias_ips: working(plain(changeAliasIPs)),
    add_to_placement_group: working(addToPlacementGroup),
    remove_from_placement_group: working(removeFromPlacementGroup),
    detach_iso: working(plain(detachNothing)),
    attach_iso: unsupported('ISO images'),
    enable_rescue: unsupported('the rescue system'),
    disable_rescue: unsupported('the rescue system'),
    reset_password: unsupported('an agent in its guests'),
    request_console: unsupported('consoles'),
    create_image: unsupported('snapshots and backups'),
  }
  return Object.entries(table).map(([name, run]) => endpoint(name, run))
}

function endpoint(name: string, run: ServerAction): Endpoint {
  return {
    method: 'POST',
    path: `/servers/:id/actions/${name}`,
    handle(call) {
      const server = findServer(call)
      if (isLocked(server)) throw locked('server')
      const { action, more } = run(call, server)
      return created({ action: call.world.actions.view(action), ...more })
    },
  }
}

const powered =
  (run: (project: HetznerProject, server: Server) => Action): ServerAction =>
  ({ project }, server) => ({ action: run(project, server) })

const working =
  (decide: (call: Call, server: Server) => ServerWork): ServerAction =>
  (call, server) => {
    const { work, more = {} } = decide(call, server)
    return { action: call.world.actions.start(call.project, work), more }
  }

const plain =
  (decide: (call: Call, server: Server) => Work) =>
  (call: Call, server: Server): ServerWork => ({ work: decide(call, server) })

/** No server here ever has an ISO: the real API ends the action at once then, with success. */
const detachNothing = (_: Call, server: Server): Work => ({
  ...on(server),
  command: 'detach_iso',
  seconds: 0,
  instant: true,
  succeed: () => {},
})

const unsupported =
  (what: string): ServerAction =>
  () => {
    throw unprocessable('unsupported_error', `the simulated Hetzner has not got ${what}`)
  }
