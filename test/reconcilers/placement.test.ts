import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choosePlacement, nearest, type PlacementWorld, unknownName } from '../../src/reconcilers/placement.ts'
import { catalog } from '../support/hetzner-things.ts'

const world = (change: Partial<PlacementWorld> = {}): PlacementWorld => ({
  types: ['cx23', 'cpx22'],
  locations: ['nbg1', 'fsn1'],
  catalog,
  isSoldOut: () => false,
  ...change,
})
const soldOutAt =
  (...pairs: string[]): PlacementWorld['isSoldOut'] =>
  ({ type, location }) =>
    pairs.includes(`${type} ${location}`)
const everyPair = ['nbg1', 'fsn1'].flatMap((location) => ['cx23', 'cpx22'].map((type) => ({ type, location })))

describe('choosePlacement', () => {
  it.each([
    {
      name: 'takes the first type in the first location',
      given: {},
      want: { kind: 'place', type: 'cx23', location: 'nbg1' },
    },
    {
      name: 'prefers another type to another location',
      given: { isSoldOut: soldOutAt('cx23 nbg1') },
      want: { kind: 'place', type: 'cpx22', location: 'nbg1' },
    },
    {
      name: 'goes to the next location with the first type',
      given: { isSoldOut: soldOutAt('cx23 nbg1', 'cpx22 nbg1') },
      want: { kind: 'place', type: 'cx23', location: 'fsn1' },
    },
    {
      name: 'passes over a pair that is not sold at all',
      given: { types: ['cpx11', 'cx23'] },
      want: { kind: 'place', type: 'cx23', location: 'nbg1' },
    },
    {
      name: 'names every pair when all are sold out',
      given: { isSoldOut: () => true },
      want: { kind: 'soldOut', pairs: everyPair },
    },
    {
      name: 'names only pairs that are sold',
      given: { types: ['cpx11', 'cx23'], locations: ['nbg1'], isSoldOut: () => true },
      want: { kind: 'soldOut', pairs: [{ type: 'cx23', location: 'nbg1' }] },
    },
    {
      name: 'names an unknown type and the nearest ones',
      given: { types: ['cx32'] },
      want: { kind: 'impossible', message: "Hetzner has no server type 'cx32'. Nearest: cpx22, cx23, cax11." },
    },
    {
      name: 'names an unknown type even behind a good one',
      given: { types: ['cx23', 'cx99'] },
      want: { kind: 'impossible', message: expect.stringContaining("'cx99'") },
    },
    {
      name: 'names an unknown location and the nearest ones',
      given: { locations: ['nbg2'] },
      want: { kind: 'impossible', message: "Hetzner has no location 'nbg2'. Nearest: nbg1, ash, fsn1." },
    },
    {
      name: 'refuses two architectures',
      given: { types: ['cx23', 'cax11'] },
      want: {
        kind: 'impossible',
        message: 'spec.server.types must all be of one architecture: cx23 is x86, cax11 is arm.',
      },
    },
    {
      name: 'says where the types are sold when it is nowhere asked for',
      given: { types: ['cpx11'] },
      want: { kind: 'impossible', message: 'None of spec.server.types is sold in nbg1, fsn1: cpx11 is sold in ash.' },
    },
  ] satisfies { name: string; given: Partial<PlacementWorld>; want: object }[])('$name', ({ given, want }) => {
    expect(choosePlacement(world(given))).toEqual(want)
  })

  it('never places where it is sold out, and finds a place while there is one', () => {
    fc.assert(
      fc.property(fc.subarray(everyPair), (gone) => {
        const isSoldOut: PlacementWorld['isSoldOut'] = (pair) =>
          gone.some((one) => one.type === pair.type && one.location === pair.location)
        const placement = choosePlacement(world({ isSoldOut }))
        expect(placement.kind).toBe(gone.length === everyPair.length ? 'soldOut' : 'place')
        if (placement.kind === 'place') expect(isSoldOut(placement)).toBe(false)
      }),
    )
  })
})

describe('nearest', () => {
  it.each([
    { name: 'cx32', known: ['cx33', 'cpx32', 'ccx13', 'cax11'], want: ['cpx32', 'cx33', 'cax11'] },
    {
      name: 'debian13',
      known: ['ubuntu-24.04', 'debian-13', 'debian-12'],
      want: ['debian-13', 'debian-12', 'ubuntu-24.04'],
    },
    { name: '', known: ['bb', 'a'], want: ['a', 'bb'] },
    { name: 'x', known: [], want: [] },
  ])('of $name are $want', ({ name, known, want }) => expect(nearest(name, known)).toEqual(want))

  it('puts the name itself first', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 6 }), (known) => {
        for (const name of known) expect(nearest(name, known)[0]).toBe(name)
      }),
    )
  })

  it('is asked only for names that do not exist', () => {
    expect(unknownName('image', ['debian-13'], ['debian-12', 'debian-13'])).toBeUndefined()
  })
})
