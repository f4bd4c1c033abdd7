// The endpoints of volumes: they stay in their location, and hold on to one server at a time.

import { z } from 'zod'
import { type Answer, type Call, created, type Endpoint, noContent, ok } from './endpoint.ts'
import { invalidField, invalidInput, isProtected, locked, nameTaken, unprocessable } from './errors.ts'
import { findByIDOrName, findByParam, id, idOrName, isNameUsed, labels, parseBody } from './input.ts'
import { listAnswer } from './paging.ts'
import { type Location, locations } from './seed.ts'
import { isLocked, type Server, type Volume } from './state.ts'
import { timestamp } from './timestamp.ts'
import { attachWork, workOn } from './volume-work.ts'

const largestGB = 10_240
const smallestGB = 10

const name = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]([-_.a-z0-9]*[a-z0-9])?$/i, 'must consist of letters, digits, dashes, underscores and dots')

export const sizeGB = z.int().min(smallestGB).max(largestGB)

const createBody = z.strictObject({
  size: sizeGB,
  name,
  location: idOrName.optional(),
  server: id.optional(),
  format: z.enum(['ext4', 'xfs']).optional(),
  automount: z.boolean().default(false),
  labels: labels.default({}),
})

type CreateBody = z.infer<typeof createBody>

const updateBody = z.strictObject({ name: name.optional(), labels: labels.optional() })

export const volumeEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/volumes', handle: listVolumes },
  { method: 'POST', path: '/volumes', handle: createVolume },
  { method: 'GET', path: '/volumes/:id', handle: (call) => ok({ volume: view(findVolume(call)) }) },
  { method: 'PUT', path: '/volumes/:id', handle: updateVolume },
  { method: 'DELETE', path: '/volumes/:id', handle: deleteVolume },
]

export const findVolume = ({ project, params }: Call): Volume =>
  findByParam(project.volumes, { what: 'volume', id: params.id })

const view = (volume: Volume): object => ({
  id: volume.id,
  name: volume.name,
  created: timestamp(volume.created),
  size: volume.sizeGB,
  format: volume.format,
  status: volume.status,
  location: volume.location,
  server: volume.serverID,
  linux_device: `/dev/disk/by-id/scsi-0HC_Volume_${volume.id}`,
  protection: volume.protection,
  labels: volume.labels,
})

function listVolumes(call: Call): Answer {
  return listAnswer(call, {
    member: 'volumes',
    items: call.world.listed(call.project).volumes.values(),
    sorts: { id: (one) => one.id, name: (one) => one.name, created: (one) => one.created },
    filters: { name: (one) => one.name, status: (one) => one.status },
    enums: { status: ['available', 'creating'] },
    labels: (one) => one.labels,
    view,
  })
}

function createVolume(call: Call): Answer {
  const { world, project } = call
  const body = parseBody(createBody, call.body)
  const { server, location } = placeOf(call, body)
  if (isNameUsed(project.volumes, body)) throw nameTaken('name is already used')
  const volume = newVolume(call, { body, location })
  project.volumes.set(volume.id, volume)
  const action = world.actions.start(project, {
    ...workOn(volume),
    command: 'create_volume',
    seconds: world.options.volumeSeconds,
    succeed: () => {
      volume.status = 'available'
    },
    fail: () => void project.volumes.delete(volume.id),
  })
  const next =
    server === undefined
      ? []
      : [world.actions.start(project, { ...attachWork(world, { volume, server }), after: action })]
  return created({
    volume: view(volume),
    action: world.actions.view(action),
    next_actions: next.map(world.actions.view),
  })
}

/** Where the server is, or the location that was asked for. */
function placeOf({ project }: Call, body: CreateBody): { server: Server | undefined; location: Location } {
  if (body.server === undefined) {
    if (body.automount) throw invalidField('automount', 'needs a server')
    if (body.location === undefined) throw invalidField('location', 'missing data for required field')
    const location = findByIDOrName(locations, body.location)
    if (location === undefined) throw invalidField('location', `location '${body.location}' not found`)
    return { server: undefined, location }
  }
  if (body.location !== undefined) throw invalidInput('give either a location or a server')
  const server = project.servers.get(body.server)
  if (server === undefined) throw invalidField('server', `server with ID '${body.server}' not found`)
  if (isLocked(server)) throw locked('server')
  return { server, location: server.location }
}

const newVolume = ({ world }: Call, { body, location }: { body: CreateBody; location: Location }): Volume => ({
  id: world.nextID('volume'),
  name: body.name,
  created: world.clock.now(),
  labels: body.labels,
  sizeGB: body.size,
  format: body.format ?? null,
  location,
  status: 'creating',
  serverID: null,
  protection: { delete: false },
  runningActions: 0,
})

function updateVolume(call: Call): Answer {
  const volume = findVolume(call)
  const { name: newName = volume.name, labels: newLabels = volume.labels } = parseBody(updateBody, call.body)
  if (isNameUsed(call.project.volumes, { name: newName, except: volume })) throw nameTaken('name is already used')
  volume.name = newName
  volume.labels = newLabels
  return ok({ volume: view(volume) })
}

function deleteVolume(call: Call): Answer {
  const volume = findVolume(call)
  if (isLocked(volume)) throw locked('volume')
  if (volume.protection.delete) throw isProtected('volume')
  // Users report this code: there is none of its own.
  if (volume.serverID !== null) throw unprocessable('service_error', 'the volume is still attached to a server')
  call.project.volumes.delete(volume.id)
  return noContent
}
