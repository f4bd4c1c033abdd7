// The endpoints that only read: images, server types, locations, prices.

import { type Answer, type Call, type Endpoint, ok } from './endpoint.ts'
import { goneEndpoint, invalidField } from './errors.ts'
import { findByParam } from './input.ts'
import { listAnswer } from './paging.ts'
import { type Image, images, locations, serverTypes } from './seed.ts'
import { imageView, isBuyable, price, serverTypeView, typePrices } from './server-view.ts'

export const catalogEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/images', handle: listImages },
  { method: 'GET', path: '/images/:id', handle: getImage },
  { method: 'GET', path: '/server_types', handle: listServerTypes },
  { method: 'GET', path: '/server_types/:id', handle: getServerType },
  { method: 'GET', path: '/locations', handle: listLocations },
  { method: 'GET', path: '/locations/:id', handle: getLocation },
  { method: 'GET', path: '/pricing', handle: getPricing },
  { method: 'GET', path: '/datacenters', handle: refuseDatacenters },
  { method: 'GET', path: '/datacenters/:id', handle: refuseDatacenters },
]

const byID = <T extends { id: number }>(items: readonly T[]): Map<number, T> =>
  new Map(items.map((item) => [item.id, item]))

const imagesByID = byID(images)
const typesByID = byID(serverTypes)
const locationsByID = byID(locations)

/** Deprecated ones are left out unless asked for; after their last day they are gone. */
function listImages(call: Call): Answer {
  const deprecatedToo = call.url.searchParams.get('include_deprecated') ?? 'false'
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

const hoursAMonth = 730
const primaryIPv4Monthly = 0.5
const floatingIPMonthly = { ipv4: 3, ipv6: 1 }

const everywhere = (monthly: number) =>
  locations.map(({ name }) => ({
    location: name,
    price_hourly: price(monthly / hoursAMonth),
    price_monthly: price(monthly),
  }))

function getPricing(): Answer {
  return ok({
    pricing: {
      currency: 'EUR',
      vat_rate: '19.00',
      image: { price_per_gb_month: price(0.011) },
      volume: { price_per_gb_month: price(0.044) },
      server_backup: { percentage: '20.00' },
      floating_ip: { price_monthly: price(floatingIPMonthly.ipv4) },
      floating_ips: Object.entries(floatingIPMonthly).map(([type, monthly]) => ({
        type,
        prices: locations.map(({ name }) => ({ location: name, price_monthly: price(monthly) })),
      })),
      primary_ips: [
        { type: 'ipv4', prices: everywhere(primaryIPv4Monthly) },
        { type: 'ipv6', prices: everywhere(0) },
      ],
      server_types: serverTypes.map((type) => ({ id: type.id, name: type.name, prices: typePrices(type) })),
      load_balancer_types: [],
    },
  })
}
