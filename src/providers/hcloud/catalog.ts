// What Hetzner sells: types, locations, images, prices. They rot within a year, so none is compiled in.

import { type Clock, hours } from '../../clock.ts'
import type { Catalog } from './account.ts'
import { imageSchema, locationSchema, pricingSchema, serverTypeSchema } from './catalog-schemas.ts'
import { type Api, property, readPages } from './client.ts'
import type { Image, Location, Pricing, ServerType } from './domain.ts'
import { isNotFound } from './errors.ts'
import { createMemo, type Memo } from './memo.ts'

/** What the holders of one account share. */
export interface CatalogCache {
  types: Memo<readonly ServerType[]>
  locations: Memo<readonly Location[]>
  imageNames: Memo<readonly string[]>
  pricing: Memo<Pricing>
  /** By name or id. */
  images: Map<string, Memo<readonly Image[]>>
}

const keepFor = hours(6)
/** Names come from specs: a bound on what somebody can make us remember. */
const mostImages = 200

export function createCatalogCache(clock: Clock): CatalogCache {
  return {
    types: createMemo({ clock, keepFor }),
    locations: createMemo({ clock, keepFor }),
    imageNames: createMemo({ clock, keepFor }),
    pricing: createMemo({ clock, keepFor }),
    images: new Map(),
  }
}

export interface CatalogDeps {
  clock: Clock
  cache: CatalogCache
  /** Not bound to an asker's signal. */
  api: () => Api
}

export function createCatalog({ clock, cache, api }: CatalogDeps): Catalog {
  function imageMemo(nameOrID: string): Memo<readonly Image[]> {
    if (cache.images.size >= mostImages) cache.images.clear()
    // An image that does not exist may be made in the next minute.
    const memo =
      cache.images.get(nameOrID) ?? createMemo({ clock, keepFor, isWorthKeeping: (found) => found.length > 0 })
    cache.images.set(nameOrID, memo)
    return memo
  }

  return {
    serverTypes: (signal) => cache.types.get(() => readTypes(api()), signal),
    locations: (signal) => cache.locations.get(() => readLocations(api()), signal),
    imageNames: (signal) => cache.imageNames.get(() => readImageNames(api()), signal),
    pricing: (signal) => cache.pricing.get(() => readPricing(api()), signal),
    image: (nameOrID, signal) => imageMemo(nameOrID).get(() => readImage(api(), nameOrID), signal),
  }
}

const readTypes = (api: Api) =>
  readPages({
    key: 'server_types',
    item: serverTypeSchema,
    read: (query) => api.GET('/server_types', { params: { query } }),
  })

const readLocations = (api: Api) =>
  readPages({
    key: 'locations',
    item: locationSchema,
    read: (query) => api.GET('/locations', { params: { query } }),
  })

async function readPricing(api: Api): Promise<Pricing> {
  const { data } = await api.GET('/pricing')
  return property(data, 'pricing', pricingSchema)
}

async function readImageNames(api: Api): Promise<readonly string[]> {
  const images = await readPages({
    key: 'images',
    item: imageSchema,
    read: (page) => api.GET('/images', { params: { query: { ...page, type: ['system'] } } }),
  })
  return [...new Set(images.flatMap(({ name }) => (name === null ? [] : [name])))].sort()
}

/** An id first, then a name, as the vendor's own clients do. */
async function readImage(api: Api, nameOrID: string): Promise<readonly Image[]> {
  if (/^[1-9]\d{0,15}$/.test(nameOrID)) {
    const image = await readImageByID(api, Number(nameOrID))
    if (image !== undefined) return [image]
  }
  return readPages({
    key: 'images',
    item: imageSchema,
    read: (page) => api.GET('/images', { params: { query: { ...page, name: nameOrID, include_deprecated: true } } }),
  })
}

async function readImageByID(api: Api, id: number): Promise<Image | undefined> {
  try {
    const { data } = await api.GET('/images/{id}', { params: { path: { id } } })
    return property(data, 'image', imageSchema)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
