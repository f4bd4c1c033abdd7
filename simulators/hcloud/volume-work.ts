// What happens to volumes over time: made, attached, taken off, also by servers that are created with them.

import type { Work } from './actions.ts'
import { invalidInput, locked, unprocessable } from './errors.ts'
import { isLocked, type Server, type Volume } from './state.ts'
import type { World } from './world.ts'

type Pair = { volume: Volume; server: Server }

const resourcesOf = ({ volume, server }: Pair): Work['resources'] => [
  { id: volume.id, type: 'volume' },
  { id: server.id, type: 'server' },
]

/** Throws 422 or 423 unless the volume is free and where the server is. */
export function checkAttachable(volume: Volume, location: Server['location']): void {
  if (isLocked(volume)) throw locked('volume')
  if (volume.serverID !== null) throw unprocessable('volume_already_attached', 'the volume is already attached')
  if (volume.location.id !== location.id) throw invalidInput('server and volume are in different locations')
}

/** Both sides know of it at once, so that no second server gets the volume meanwhile. */
export function attachWork({ options }: World, pair: Pair): Work {
  const { volume, server } = pair
  volume.serverID = server.id
  return {
    command: 'attach_volume',
    resources: resourcesOf(pair),
    seconds: options.volumeSeconds,
    locks: [server, volume],
    succeed: () => {},
    fail: () => {
      volume.serverID = null
    },
  }
}

export function detachWork({ options }: World, pair: Pair): Work {
  return {
    command: 'detach_volume',
    resources: resourcesOf(pair),
    seconds: options.volumeSeconds,
    locks: [pair.server, pair.volume],
    succeed: () => {
      pair.volume.serverID = null
    },
  }
}

export const workOn = (volume: Volume): Pick<Work, 'resources' | 'locks'> => ({
  resources: [{ id: volume.id, type: 'volume' }],
  locks: [volume],
})
