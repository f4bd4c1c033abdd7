// The catalog on the wire.

import { z } from 'zod'
import type { Image, Location, Pricing, ServerType } from './domain.ts'

const price = z.object({ net: z.string(), gross: z.string() })

const locationPrice = z
  .object({ location: z.string(), price_hourly: price, price_monthly: price })
  .transform((wire) => ({ location: wire.location, hourly: wire.price_hourly, monthly: wire.price_monthly }))

const deprecation = z.object({ unavailable_after: z.string() }).nullish()

const ending = (announced: { unavailable_after: string } | null | undefined) =>
  announced == null ? {} : { unavailableAfter: announced.unavailable_after }

export const serverTypeSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  architecture: z.string(),
  cores: z.number(),
  memory: z.number(),
  disk: z.number(),
  prices: z.array(locationPrice),
  locations: z.array(
    z
      .object({ name: z.string(), available: z.boolean(), deprecation })
      .transform((wire) => ({ name: wire.name, available: wire.available, ...ending(wire.deprecation) })),
  ),
}) satisfies z.ZodType<ServerType>

export const locationSchema = z
  .object({ id: z.number().int(), name: z.string(), network_zone: z.string() })
  .transform((wire): Location => ({ id: wire.id, name: wire.name, networkZone: wire.network_zone }))

export const imageSchema = z
  .object({
    id: z.number().int(),
    name: z.string().nullable(),
    type: z.string(),
    status: z.string(),
    architecture: z.string(),
    deprecation,
  })
  .transform(({ deprecation: announced, ...image }): Image => ({ ...image, ...ending(announced) }))

export const pricingSchema = z
  .object({
    currency: z.string(),
    primary_ips: z.array(z.object({ type: z.string(), prices: z.array(locationPrice) })),
  })
  .transform((wire): Pricing => ({ currency: wire.currency, primaryIPs: wire.primary_ips }))
