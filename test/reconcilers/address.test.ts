import { describe, expect, it } from 'vitest'
import { type AddressWorld, decideAddress } from '../../src/reconcilers/address.ts'
import type { Placement } from '../../src/reconcilers/placement.ts'
import { ipOf } from '../support/hetzner-things.ts'

const soldOut = { kind: 'soldOut', pairs: [{ type: 'cx23', location: 'nbg1' }] } as const
const impossible = { kind: 'impossible', message: "Hetzner has no server type 'cx99'." } as const
const placed = (location: string): Placement => ({ kind: 'place', type: 'cx23', location })
/** Capacity in the first of the wanted locations that has any. */
const freeIn =
  (...free: string[]): AddressWorld['place'] =>
  (locations) => {
    const location = locations.find((each) => free.includes(each))
    return location === undefined ? soldOut : placed(location)
  }
const world = (change: Partial<AddressWorld> = {}): AddressWorld => ({
  found: [],
  serverRecorded: false,
  wantedLocations: ['nbg1', 'fsn1'],
  place: freeIn('nbg1', 'fsn1'),
  ...change,
})
const ours = ipOf()
const alsoOurs = ipOf({ id: 8, name: 'echo-copy' })
const served = ipOf({ labels: { ...ours.labels, 'botyard.dev/served': 'true' } })
const assigned = ipOf({ assigneeID: 42 })

describe('decideAddress', () => {
  it.each([
    {
      name: 'allocates in the first location when nothing is found',
      given: {},
      want: { kind: 'allocate', location: 'nbg1' },
    },
    {
      name: 'allocates in the next location when the first is sold out',
      given: { place: freeIn('fsn1') },
      want: { kind: 'allocate', location: 'fsn1' },
    },
    {
      name: 'holds nothing when everything is sold out',
      given: { place: freeIn() },
      want: { kind: 'soldOut', placement: soldOut },
    },
    {
      name: 'says what can never be had',
      given: { place: () => impossible },
      want: { kind: 'impossible', message: impossible.message },
    },
    {
      name: 'allocates nothing while a server is recorded: its keys name the lost address',
      given: { serverRecorded: true },
      want: { kind: 'lost' },
    },
    { name: 'uses the one that carries our labels', given: { found: [ours] }, want: { kind: 'use', ip: ours } },
    {
      name: 'refuses to choose between two',
      given: { found: [ours, alsoOurs] },
      want: { kind: 'ambiguous', names: [ours.name, alsoOurs.name] },
    },
    {
      name: 'refuses to choose even if one has served',
      given: { found: [served, alsoOurs] },
      want: { kind: 'ambiguous', names: [served.name, alsoOurs.name] },
    },
    {
      name: 'gives a fresh one back where everything is sold out',
      given: { found: [ours], place: freeIn('fsn1') },
      want: { kind: 'release', ip: ours },
    },
    {
      name: 'gives a fresh one back even if nothing else is free',
      given: { found: [ours], place: freeIn() },
      want: { kind: 'release', ip: ours },
    },
    {
      name: 'gives a fresh one back when its location is no longer wanted',
      given: { found: [ours], wantedLocations: ['hel1'], place: freeIn('hel1', 'nbg1') },
      want: { kind: 'release', ip: ours },
    },
    {
      name: 'keeps one that has served, sold out or not',
      given: { found: [served], place: freeIn() },
      want: { kind: 'use', ip: served },
    },
    {
      name: 'keeps one that has served although its location is no longer wanted',
      given: { found: [served], wantedLocations: ['hel1'] },
      want: { kind: 'use', ip: served },
    },
    {
      name: 'keeps one that a server holds',
      given: { found: [assigned], place: freeIn() },
      want: { kind: 'use', ip: assigned },
    },
    {
      name: 'keeps one whose server is recorded, although its label is missing',
      given: { found: [ours], serverRecorded: true, place: freeIn() },
      want: { kind: 'use', ip: ours },
    },
  ] satisfies { name: string; given: Partial<AddressWorld>; want: object }[])('$name', ({ given, want }) => {
    expect(decideAddress(world(given))).toEqual(want)
  })
})
