// What can be done to a volume: attach, detach, grow, protect. Anything under way locks it.

import { z } from 'zod'
import type { Work } from './actions.ts'
import { type Call, created, type Endpoint } from './endpoint.ts'
import { invalidField, invalidInput, locked } from './errors.ts'
import { id, parseBody } from './input.ts'
import { isLocked, type Volume } from './state.ts'
import { attachWork, checkAttachable, detachWork, workOn } from './volume-work.ts'
import { findVolume, sizeGB } from './volumes.ts'

export const volumeActionEndpoints: readonly Endpoint[] = [
  action('attach', attach),
  action('detach', detach),
  action('resize', resize),
  action('change_protection', changeProtection),
]

function action(name: string, plan: (call: Call, volume: Volume) => Work): Endpoint {
  return {
    method: 'POST',
    path: `/volumes/:id/actions/${name}`,
    handle(call) {
      const volume = findVolume(call)
      if (isLocked(volume)) throw locked('volume')
      const { actions } = call.world
      return created({ action: actions.view(actions.start(call.project, plan(call, volume))) })
    },
  }
}

const attachBody = z.strictObject({ server: id, automount: z.boolean().default(false) })

function attach({ world, project, body }: Call, volume: Volume): Work {
  const { server: serverID } = parseBody(attachBody, body)
  const server = project.servers.get(serverID)
  if (server === undefined) throw invalidField('server', `server with ID '${serverID}' not found`)
  checkAttachable(volume, server.location)
  if (isLocked(server)) throw locked('server')
  return attachWork(world, { volume, server })
}

function detach({ world, project }: Call, volume: Volume): Work {
  const server = volume.serverID === null ? undefined : project.servers.get(volume.serverID)
  if (server === undefined) throw invalidInput('the volume is not attached to a server')
  if (isLocked(server)) throw locked('server')
  return detachWork(world, { volume, server })
}

function resize({ world, body }: Call, volume: Volume): Work {
  const { size } = parseBody(z.strictObject({ size: sizeGB }), body)
  if (size <= volume.sizeGB) throw invalidField('size', 'must be greater than the current size')
  const succeed = () => {
    volume.sizeGB = size
  }
  return { ...workOn(volume), command: 'resize_volume', seconds: world.options.volumeSeconds, succeed }
}

function changeProtection({ world, body }: Call, volume: Volume): Work {
  const { delete: on = volume.protection.delete } = parseBody(z.strictObject({ delete: z.boolean().optional() }), body)
  const succeed = () => {
    volume.protection = { delete: on }
  }
  return { ...workOn(volume), command: 'change_protection', seconds: world.options.settingSeconds, succeed }
}
