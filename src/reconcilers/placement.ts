// Placement: one pure decision over locations and server types. Locations outer, types inner, in the order that the user wrote.

import type { TypeInLocation } from '../providers/hcloud/account.ts'
import type { Location, ServerType } from '../providers/hcloud/domain.ts'

export interface PlacementWorld {
  types: readonly string[]
  /** Where to look; one when a Primary IP binds the Project to it. */
  locations: readonly string[]
  catalog: { serverTypes: readonly ServerType[]; locations: readonly Location[] }
  isSoldOut: (pair: TypeInLocation) => boolean
}

export type Placement =
  | { kind: 'place'; type: string; location: string }
  /** Every pair that Hetzner sells is sold out at the moment. */
  | { kind: 'soldOut'; pairs: readonly TypeInLocation[] }
  /** Nothing that was asked for can ever be had; says which name is wrong and the nearest valid ones. */
  | { kind: 'impossible'; message: string }

export function choosePlacement(world: PlacementWorld): Placement {
  const problem = unknownNames(world) ?? mixedArchitectures(world)
  if (problem !== undefined) return { kind: 'impossible', message: problem }

  const pairs = world.locations.flatMap((location) => world.types.map((type) => ({ type, location })))
  const sold = pairs.filter((pair) => isSold(world, pair))
  if (sold.length === 0) return { kind: 'impossible', message: nowhereSold(world) }

  const free = sold.find((pair) => !world.isSoldOut(pair))
  return free === undefined ? { kind: 'soldOut', pairs: sold } : { kind: 'place', ...free }
}

const isSold = ({ catalog }: PlacementWorld, pair: TypeInLocation): boolean =>
  catalog.serverTypes
    .find((type) => type.name === pair.type)
    ?.locations.some((location) => location.name === pair.location) ?? false

function unknownNames({ types, locations, catalog }: PlacementWorld): string | undefined {
  const typeNames = catalog.serverTypes.map((type) => type.name)
  const locationNames = catalog.locations.map((location) => location.name)
  return unknownName('server type', types, typeNames) ?? unknownName('location', locations, locationNames)
}

/** The message for the first wanted name that does not exist; undefined when all do. */
export function unknownName(kind: string, wanted: readonly string[], known: readonly string[]): string | undefined {
  const unknown = wanted.find((name) => !known.includes(name))
  if (unknown === undefined) return undefined
  return `Hetzner has no ${kind} '${unknown}'. Nearest: ${nearest(unknown, known).join(', ')}.`
}

function mixedArchitectures({ types, catalog }: PlacementWorld): string | undefined {
  const found = types.map(
    (name) => `${name} is ${catalog.serverTypes.find((type) => type.name === name)?.architecture}`,
  )
  const architectures = new Set(found.map((text) => text.split(' is ')[1]))
  return architectures.size <= 1 ? undefined : `spec.server.types must all be of one architecture: ${found.join(', ')}.`
}

function nowhereSold({ types, locations, catalog }: PlacementWorld): string {
  const offers = types.map((name) => {
    const where =
      catalog.serverTypes.find((type) => type.name === name)?.locations.map((location) => location.name) ?? []
    return `${name} is sold in ${where.length === 0 ? 'no location' : where.join(', ')}`
  })
  return `None of spec.server.types is sold in ${locations.join(', ')}: ${offers.join('; ')}.`
}

/** The three names with the fewest edits to the one given (Levenshtein distance). */
export function nearest(name: string, known: readonly string[]): string[] {
  return known
    .map((candidate) => ({ candidate, edits: distance(name, candidate) }))
    .sort((a, b) => a.edits - b.edits || a.candidate.localeCompare(b.candidate))
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, left] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, right] of [...b].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (left === right ? 0 : 1)))
    }
    row = next
  }
  return row[b.length] ?? 0
}
