// The endpoints of what Hetzner offers: images, ISOs, server types, locations. Nobody can change these.

import { type Answer, type Call, type Endpoint, ok } from './endpoint.ts'
import { goneEndpoint, invalidField, unprocessable } from './errors.ts'
import { findByParam } from './input.ts'
import { listAnswer } from './paging.ts'
import { type Image, type ISO, images, isos, locations, serverTypes } from './seed.ts'
import { imageView, isBuyable, serverTypeView } from './server-view.ts'

export const catalogEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/images', handle: listImages },
  { method: 'GET', path: '/images/:id', handle: getImage },
  { method: 'PUT', path: '/images/:id', handle: refuseImageChange },
  { method: 'DELETE', path: '/images/:id', handle: refuseImageChange },
  { method: 'POST', path: '/images/:id/actions/change_protection', handle: refuseImageChange },
  { method: 'GET', path: '/isos', handle: listISOs },
  { method: 'GET', path: '/isos/:id', handle: getISO },
  { method: 'GET', path: '/server_types', handle: listServerTypes },
  { method: 'GET', path: '/server_types/:id', handle: getServerType },
  { method: 'GET', path: '/locations', handle: listLocations },
  { method: 'GET', path: '/locations/:id', handle: getLocation },
  { method: 'GET', path: '/datacenters', handle: refuseDatacenters },
  { method: 'GET', path: '/datacenters/:id', handle: refuseDatacenters },
]

const byID = <T extends { id: number }>(items: readonly T[]): Map<number, T> =>
  new Map(items.map((item) => [item.id, item]))

const imagesByID = byID(images)
const typesByID = byID(serverTypes)
const locationsByID = byID(locations)
const isosByID = byID(isos)

/** Deprecated ones are left out unless asked for; after their last day they are gone. */
function listImages(call: Call): Answer {
  // Python's clients write True.
  const deprecatedToo = (call.url.searchParams.get('include_deprecated') ?? 'false').toLowerCase()
  if (!['true', 'false'].includes(deprecatedToo)) throw invalidField('include_deprecated', 'must be true or false')
  const shown = (image: Image) => isBuyable(image.deprecation, call.world)
  return listAnswer(call, {
    member: 'images',
    items: images.filter((image) => shown(image) && (image.deprecation === null || deprecatedToo === 'true')),
    sorts: { id: ({ id }) => id, name: ({ name }) => name, created: ({ created }) => created },
    filters: {
      name: ({ name }) => name,
      architecture: ({ architecture }) => architecture,
      type: () => 'system',
      status: () => 'available',
      bound_to: () => '',
    },
    enums: {
      architecture: ['x86', 'arm'],
      type: ['system', 'app', 'snapshot', 'backup'],
      status: ['available', 'creating', 'unavailable'],
    },
    labels: () => ({}),
    known: ['include_deprecated'],
    view: imageView,
  })
}

function getImage({ params }: Call): Answer {
  return ok({ image: imageView(findByParam(imagesByID, { what: 'image', id: params.id })) })
}

/** Only snapshots and backups can be changed, and of these there are none. */
function refuseImageChange({ params }: Call): never {
  const { id } = findByParam(imagesByID, { what: 'image', id: params.id })
  throw unprocessable('unsupported_error', `image with ID '${id}' is neither a snapshot nor a backup`)
}

/** With the wildcard, also those that do not say what they run on. */
function listISOs(call: Call): Answer {
  const query = call.url.searchParams
  const wanted = query.getAll('architecture')
  const wildcard = query.get('include_architecture_wildcard') === 'true'
  const fits = ({ architecture }: ISO) =>
    wanted.length === 0 || (architecture === null ? wildcard : wanted.includes(architecture))
  return listAnswer(call, {
    member: 'isos',
    items: isos.filter(fits),
    sorts: { id: ({ id }) => id, name: ({ name }) => name },
    filters: { name: ({ name }) => name },
    known: ['architecture', 'include_architecture_wildcard'],
    view: (iso) => iso,
  })
}

function getISO({ params }: Call): Answer {
  return ok({ iso: findByParam(isosByID, { what: 'ISO', id: params.id }) })
}

function listServerTypes(call: Call): Answer {
  return listAnswer(call, {
    member: 'server_types',
    items: serverTypes,
    sorts: { id: ({ id }) => id, name: ({ name }) => name },
    filters: { name: ({ name }) => name },
    view: (type) => serverTypeView(type, call.world),
  })
}

function getServerType({ params, world }: Call): Answer {
  const type = findByParam(typesByID, { what: 'server type', id: params.id })
  return ok({ server_type: serverTypeView(type, world) })
}

function listLocations(call: Call): Answer {
  return listAnswer(call, {
    member: 'locations',
    items: locations,
    sorts: { id: ({ id }) => id, name: ({ name }) => name },
    filters: { name: ({ name }) => name },
    view: (location) => location,
  })
}

function getLocation({ params }: Call): Answer {
  return ok({ location: findByParam(locationsByID, { what: 'location', id: params.id }) })
}

function refuseDatacenters(): never {
  throw goneEndpoint('datacenters were removed, use locations')
}
