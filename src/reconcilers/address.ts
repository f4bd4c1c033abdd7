// Owns AddressReady: a Primary IPv4 that outlives the server, because the webhook's certificate names it. Never left behind: it costs money.

import { seconds } from '../clock.ts'
import type { PrimaryIP } from '../providers/hcloud/domain.ts'
import { hasCode, isHcloudError } from '../providers/hcloud/errors.ts'
import { act } from './act.ts'
import { adopt } from './adoption.ts'
import { isOwned, labelKeys, ownerLabels, resourceName } from './names.ts'
import { readOffer } from './offer.ts'
import { accessOf, type Pass } from './pass.ts'
import { choosePlacement, type Placement, unknownName } from './placement.ts'
import { again, blocked, done, type Step, type StepDefinition, wait } from './step.ts'

export const address: StepDefinition<'AddressReady'> = {
  condition: 'AddressReady',
  async run(pass) {
    const unmarked = await ensureMarker(pass)
    if (unmarked !== undefined) return unmarked
    const found = await findAddresses(pass)
    if (found.length === 0) {
      const adopting = await adopt(pass)
      if (adopting !== undefined) return adopting
    }
    const decision = decideAddress(await observe(pass, found))
    switch (decision.kind) {
      case 'use':
        return use(pass, decision.ip)
      case 'allocate':
        return allocate(pass, decision.location)
      case 'release':
        return release(pass, decision.ip)
      case 'soldOut':
        return wait('NoCapacity', ...soldOut(pass, decision.placement))
      case 'lost':
        return blocked(
          'NotFound',
          'The Primary IP that the server ran on is gone at Hetzner, and the keys on the server name it. Delete the Project and create it again.',
        )
      case 'impossible':
        return blocked('NotFound', decision.message)
      case 'ambiguous':
        return blocked(
          'Ambiguous',
          `More than one Primary IPv4 carries this Project's labels: ${decision.names.join(', ')}. Remove the label ${labelKeys.uid} from all but one.`,
        )
    }
  },
}

export interface AddressWorld {
  found: readonly PrimaryIP[]
  /** A server has been recorded in the status: an address without the label `served` may still be named by keys on a disk. */
  serverRecorded: boolean
  wantedLocations: readonly string[]
  place: (locations: readonly string[]) => Placement
}

export type AddressDecision =
  | { kind: 'use'; ip: PrimaryIP }
  | { kind: 'allocate'; location: string }
  | { kind: 'release'; ip: PrimaryIP }
  | { kind: 'soldOut'; placement: Extract<Placement, { kind: 'soldOut' }> }
  | { kind: 'lost' }
  | { kind: 'impossible'; message: string }
  | { kind: 'ambiguous'; names: readonly string[] }

/** Pure: which Primary IP serves this Project, where to allocate one, or which to give back. */
export function decideAddress(world: AddressWorld): AddressDecision {
  const [ip, ...others] = world.found
  if (ip !== undefined && others.length > 0) return { kind: 'ambiguous', names: world.found.map((each) => each.name) }
  if (ip !== undefined) return mayGo(world, ip) ? { kind: 'release', ip } : { kind: 'use', ip }
  if (world.serverRecorded) return { kind: 'lost' }

  const placement = world.place(world.wantedLocations)
  switch (placement.kind) {
    case 'place':
      return { kind: 'allocate', location: placement.location }
    case 'soldOut':
      return { kind: 'soldOut', placement }
    case 'impossible':
      return { kind: 'impossible', message: placement.message }
  }
}

/** An address is given back only while no server can have run on it, and only when none can be had where it is. */
function mayGo(world: AddressWorld, ip: PrimaryIP): boolean {
  const untouched = ip.labels[labelKeys.served] === undefined && ip.assigneeID === null && !world.serverRecorded
  if (!untouched) return false
  return !world.wantedLocations.includes(ip.location) || world.place([ip.location]).kind !== 'place'
}

async function observe(pass: Pass, found: readonly PrimaryIP[]): Promise<AddressWorld> {
  const { project, draft, signal } = pass
  const { account } = accessOf(pass)
  const { types, locations, image } = project.spec.server
  const catalog = await readOffer(pass)
  const images = await account.catalog.image(image, signal)
  const unknownImage =
    images.length > 0 ? undefined : unknownName('image', [image], await account.catalog.imageNames(signal))
  return {
    found,
    serverRecorded: draft.server !== undefined,
    wantedLocations: locations,
    place: (where) =>
      unknownImage !== undefined
        ? { kind: 'impossible', message: unknownImage }
        : choosePlacement({ types, locations: where, catalog, isSoldOut: account.placement.isSoldOut }),
  }
}

const findAddresses = async (pass: Pass): Promise<readonly PrimaryIP[]> =>
  (await accessOf(pass).account.primaryIPs.find(pass.project.metadata.uid, pass.signal)).filter(
    (ip) => ip.type === 'ipv4',
  )

async function ensureMarker(pass: Pass): Promise<Step<'AddressReady'> | undefined> {
  const { project, draft, signal } = pass
  const { account } = accessOf(pass)
  try {
    if (account.markerID === undefined) {
      const planned = again('Allocating', 'The account is being marked as used by this cluster.')
      return await act(pass, { lane: 'create', fenced: true, planned }, (options) => account.ensureMarker(options))
    }
    if (!project.spec.suspend) await account.ensureMarker({ holder: project.metadata.uid, signal })
    const isRecorded = project.status?.account?.markerID === account.markerID
    draft.account = { markerID: account.markerID }
    // Recorded before anything is allocated: what exists later must be provable with an id that was known before it.
    return isRecorded ? undefined : again('Allocating', 'The account has been marked as used by this cluster.')
  } catch (error) {
    if (hasCode(error, 'marker_name_taken')) return blocked('Ambiguous', `${error.message}. ${error.remedy}`)
    throw error
  }
}

function use({ draft }: Pass, ip: PrimaryIP): Step<'AddressReady'> {
  draft.address = { ...draft.address, id: ip.id, ipv4: ip.ip, location: ip.location }
  return done('Allocated', `${ip.ip} in ${ip.location}.`)
}

async function allocate(pass: Pass, location: string): Promise<Step<'AddressReady'>> {
  const { project, deps, signal } = pass
  const { account } = accessOf(pass)
  const name = resourceName(deps.identity.cluster, project.metadata)
  // R11: a cached list may not say that there is none, and R8: an earlier create may have succeeded without an answer.
  const [live, namesake] = await Promise.all([
    account.primaryIPs.findLive(project.metadata.uid, { signal, lane: 'create' }),
    account.primaryIPs.byName(name, signal),
  ])
  if (live.length > 0) return again('Allocating', `Primary IP ${name} has been allocated.`)
  if (namesake !== undefined) return nameTaken(pass, namesake)

  const planned = again('Allocating', `Primary IP ${name} is being allocated in ${location}.`)
  const body = {
    name,
    type: 'ipv4',
    location,
    autoDelete: false,
    labels: ownerLabels(deps.identity.cluster, project.metadata),
  } as const
  try {
    return await act(pass, { lane: 'create', fenced: true, planned }, async (options) => {
      // Recorded at once: a deletion that comes before any list shows it asks for it by id (R4).
      use(pass, await account.primaryIPs.create(body, options))
    })
  } catch (error) {
    return allocationFailed(pass, error, name)
  }
}

function allocationFailed(pass: Pass, error: unknown, name: string): Step<'AddressReady'> {
  if (hasCode(error, 'uniqueness_error'))
    return wait('Allocating', `Primary IP ${name} exists; looking for it.`, pass.deps.settings.intervals.status)
  if (isHcloudError(error) && error.errorClass === 'Quota')
    return blocked('QuotaExceeded', `${error.message}. ${error.remedy}`)
  throw error
}

const nameTaken = ({ project, deps }: Pass, namesake: PrimaryIP): Step<'AddressReady'> =>
  isOwned(namesake.labels, deps.identity.cluster, project.metadata)
    ? wait(
        'Allocating',
        `Primary IP ${namesake.name} exists; waiting for it to be listed.`,
        deps.settings.intervals.status,
      )
    : blocked(
        'Ambiguous',
        `A Primary IP named ${namesake.name} exists without this Project's labels. It is left alone; rename or delete it.`,
      )

/** The list may be old: what is about to be deleted is read live, and any sign of a server on it keeps it. */
async function release(pass: Pass, ip: PrimaryIP): Promise<Step<'AddressReady'>> {
  const { draft, deps, project, signal } = pass
  const { account } = accessOf(pass)
  const live = await account.primaryIPs.byID(ip.id, signal)
  const free = live?.assigneeID === null && live.labels[labelKeys.served] === undefined
  if (live !== undefined && !(free && isOwned(live.labels, deps.identity.cluster, project.metadata)))
    return use(pass, live)

  delete draft.address
  const planned = again(
    'Allocating',
    `No server can be had in ${ip.location}: its address is given back, and the next location is tried.`,
  )
  return act(pass, { lane: 'create', planned }, (options) => account.primaryIPs.delete(ip.id, options))
}

function soldOut(pass: Pass, { pairs }: Extract<Placement, { kind: 'soldOut' }>): [string, number] {
  const { account } = accessOf(pass)
  const after = Math.min(...pairs.map(account.placement.retryAfter))
  const names = pairs.map((pair) => `${pair.type} in ${pair.location}`).join(', ')
  return [
    `Sold out at the moment: ${names}. Tried again by itself; add a type or a location to spec.server to widen the choice.`,
    Math.max(after, seconds(1)),
  ]
}
