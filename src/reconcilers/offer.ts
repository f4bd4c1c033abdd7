// What Hetzner sells today, as placement needs it. From the account's catalogue, which asks once in hours.

import type { Location, ServerType } from '../providers/hcloud/domain.ts'
import { accessOf, type Pass } from './pass.ts'

export interface Offer {
  serverTypes: readonly ServerType[]
  locations: readonly Location[]
}

export async function readOffer(pass: Pass): Promise<Offer> {
  const { catalog } = accessOf(pass).account
  const [serverTypes, locations] = await Promise.all([catalog.serverTypes(pass.signal), catalog.locations(pass.signal)])
  return { serverTypes: serverTypes.map((type) => onSale(type, pass.deps.clock.now())), locations }
}

/** Hetzner goes on listing a type where its announced end has come: it is never sold there again. */
const onSale = (type: ServerType, now: number): ServerType => ({
  ...type,
  locations: type.locations.filter(
    ({ unavailableAfter }) => unavailableAfter === undefined || now < Date.parse(unavailableAfter),
  ),
})
