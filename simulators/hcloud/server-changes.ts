// Changes of a server that take its power: another type, or an image written over its disk.

import { z } from 'zod'
import type { Work } from './actions.ts'
import type { Call } from './endpoint.ts'
import { ApiFailure, invalidField, unavailable, unprocessable } from './errors.ts'
import type { Guests } from './guests.ts'
import { chooseImage } from './image-choice.ts'
import { findByIDOrName, idOrName, parseBody } from './input.ts'
import { rootPassword } from './root-password.ts'
import { type ServerType, serverTypes } from './seed.ts'
import { on } from './server-power.ts'
import { isBuyable } from './server-view.ts'
import type { Server } from './state.ts'
import { userData } from './user-data-input.ts'
import type { World } from './world.ts'

/** What an action on a server is, and what its answer has beside it. */
export interface ServerWork {
  work: Work
  more?: object
}

const changeTypeBody = z.strictObject({ server_type: idOrName, upgrade_disk: z.boolean() })

export const changeType =
  (guests: Guests) =>
  ({ world, project, body }: Call, server: Server): ServerWork => {
    const { server_type: key, upgrade_disk: upgradeDisk } = parseBody(changeTypeBody, body)
    const type = findByIDOrName(serverTypes, key)
    if (type === undefined) throw invalidField('server_type', `server type '${key}' not found`)
    checkStopped(server)
    checkFitting({ server, type, world })
    const work = {
      ...on(server),
      command: 'change_server_type',
      seconds: world.options.changeTypeSeconds,
      begin: () => {
        server.status = 'migrating' as const
      },
      succeed: () => {
        server.type = type
        if (upgradeDisk) server.diskGB = type.disk
        guests.start(project, server)
      },
      fail: () => {
        server.status = 'off'
      },
    }
    return { work }
  }

export function checkStopped(server: Server): void {
  if (server.status !== 'off') throw unprocessable('server_not_stopped', 'the server needs to be powered off')
}

/** Disks never shrink: once grown, a server cannot go back to a type with a smaller one. */
function checkFitting({ server, type, world }: { server: Server; type: ServerType; world: World }): void {
  const offer = type.offers.find(({ location }) => location.id === server.location.id)
  const isSold = offer !== undefined && isBuyable(offer.deprecation, world)
  const refusals: [boolean, string][] = [
    [type.id === server.type.id, 'the server already has this type'],
    [type.architecture !== server.type.architecture, 'the server type has another architecture'],
    [type.disk < server.diskGB, 'the disk of the server type is too small'],
    [!isSold, 'the server type is not sold in this location'],
  ]
  for (const [refused, message] of refusals) if (refused) throw unprocessable('invalid_server_type', message)
  if (world.faults.refusesCreate({ type: type.name, location: server.location.name })) {
    throw unavailable('error during placement')
  }
}

const rebuildBody = z.strictObject({ image: idOrName, user_data: userData.optional() })

/** Id, name and addresses stay, the disk is lost. Without user data, that of the creation is used again. */
export const rebuild =
  (guests: Guests) =>
  ({ world, project, body }: Call, server: Server): ServerWork => {
    const wanted = parseBody(rebuildBody, body)
    const image = chooseImage(wanted.image, { type: server.type, world })
    if (server.protection.rebuild) {
      throw new ApiFailure({ status: 423, code: 'protected', message: 'server rebuild is protected' })
    }
    const work = {
      ...on(server),
      command: 'rebuild_server',
      seconds: world.options.rebuildSeconds,
      begin: () => {
        guests.remove(server)
        server.status = 'rebuilding' as const
      },
      succeed: () => {
        server.image = image
        server.userData = wanted.user_data ?? server.userData
        guests.start(project, server)
      },
      fail: () => {
        server.status = 'off'
      },
    }
    return { work, more: { root_password: server.hasSSHKeys ? null : rootPassword(world.random) } }
  }
