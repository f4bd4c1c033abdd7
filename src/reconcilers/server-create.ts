// Creates the server on its address: keys and user data first, the look-up last, then one POST. Part of the server step.

import { parseDuration } from '../api/duration.ts'
import { seconds } from '../clock.ts'
import type { ServerCreate } from '../providers/hcloud/account.ts'
import type { Server } from '../providers/hcloud/domain.ts'
import { isHcloudError } from '../providers/hcloud/errors.ts'
import { act } from './act.ts'
import { serverCreated, serverRecreated } from './events.ts'
import { ensureKeys } from './keys.ts'
import { isOwned, labelKeys, ownerLabels, resourceName, userDataLabel } from './names.ts'
import { readOffer } from './offer.ts'
import { beginOperation } from './operation.ts'
import { accessOf, addressOf, type Pass } from './pass.ts'
import { choosePlacement } from './placement.ts'
import { again, blocked, type Step, wait } from './step.ts'
import { throwawayPublicKey } from './throwaway-key.ts'
import { desiredUserData } from './user-data-source.ts'

type ServerStep = Step<'ServerReady'>

/** Missing once means repair: the reason tells a first creation from one that replaces what was lost. */
const missing = ({ draft }: Pass) => (draft.server === undefined ? 'Creating' : 'Repairing')

export async function createServer(pass: Pass): Promise<ServerStep> {
  pass.amiss = missing(pass)
  const location = addressOf(pass).location
  const placement = await place(pass, location)
  if (placement.kind === 'step') return placement.step

  const keys = await ensureKeys(pass, { ipv4: addressOf(pass).ipv4, serverExists: false })
  if (keys.kind === 'taken') return blocked(keys.reason, keys.message)
  if (keys.kind === 'lost') return blocked('InvalidServer', keys.message)

  const userData = await desiredUserData(pass, { keys: keys.keys, ipv4: addressOf(pass).ipv4 })
  if (userData.kind === 'problem') return blocked('InvalidServer', userData.message, seconds(30))

  const sshKeys = await ensureSSHKeys(pass)
  if (sshKeys.kind === 'step') return sshKeys.step
  const obstacle = await lookUp(pass)
  if (obstacle !== undefined) return obstacle
  const body = request(pass, { type: placement.type, location, userData, sshKeys: sshKeys.keys })
  return post(pass, body, userData.hash)
}

type Placed = { kind: 'placed'; type: string } | { kind: 'step'; step: ServerStep }

/** The address binds the location; a server that never ran may still move, which is the address step's to decide in the next pass. */
async function place(pass: Pass, location: string): Promise<Placed> {
  const { project, draft } = pass
  const { account } = accessOf(pass)
  const catalog = await readOffer(pass)
  const { isSoldOut, retryAfter } = account.placement
  const placement = choosePlacement({ types: project.spec.server.types, locations: [location], catalog, isSoldOut })
  switch (placement.kind) {
    case 'place':
      return { kind: 'placed', type: placement.type }
    case 'impossible':
      return { kind: 'step', step: blocked('InvalidServer', placement.message) }
    case 'soldOut': {
      const moves = draft.server === undefined && !(await isServed(pass))
      const after = moves ? 0 : Math.max(Math.min(...placement.pairs.map(retryAfter)), seconds(1))
      return { kind: 'step', step: wait('NoCapacity', soldOutMessage(placement.pairs), after) }
    }
  }
}

/** An address that a server has run on is never given back, also when the status has forgotten that server. */
async function isServed(pass: Pass): Promise<boolean> {
  const ips = await accessOf(pass).account.primaryIPs.find(pass.project.metadata.uid, pass.signal)
  return ips.some((ip) => ip.labels[labelKeys.served] !== undefined)
}

const soldOutMessage = (pairs: readonly { type: string; location: string }[]): string =>
  `Sold out at the moment: ${pairs.map(({ type, location }) => `${type} in ${location}`).join(', ')}. Tried again by itself; add a type to spec.server.types to widen the choice.`

type SSHKeys = { kind: 'keys'; keys: readonly string[] } | { kind: 'step'; step: ServerStep }

/** With no key at all Hetzner would issue a root password and show it once: a key that nobody holds prevents that. */
async function ensureSSHKeys(pass: Pass): Promise<SSHKeys> {
  const { project, deps, signal } = pass
  const wanted = project.spec.server.sshKeys
  if (wanted.length > 0) return { kind: 'keys', keys: wanted }
  const { account } = accessOf(pass)
  const [existing] = await account.sshKeys.find(project.metadata.uid, signal)
  if (existing !== undefined) return { kind: 'keys', keys: [existing.name] }
  const name = resourceName(deps.identity.cluster, project.metadata)
  const body = {
    name,
    publicKey: throwawayPublicKey(name),
    labels: ownerLabels(deps.identity.cluster, project.metadata),
  }
  const planned = again(missing(pass), 'A throw-away SSH key is being attached, so that no root password is issued.')
  const step = await act(pass, { lane: 'create', fenced: true, planned }, (options) =>
    account.sshKeys.create(body, options),
  )
  return { kind: 'step', step }
}

/** R8, R11: right before the POST, live, by label and by name, with a token that has just proven its account. */
async function lookUp(pass: Pass): Promise<ServerStep | undefined> {
  const { project, deps, signal } = pass
  const { account } = accessOf(pass)
  const [live, namesake] = await Promise.all([
    account.servers.findLive(project.metadata.uid, { signal, lane: 'create' }),
    account.servers.byName(resourceName(deps.identity.cluster, project.metadata), signal),
  ])
  if (live.length > 0) return again(missing(pass), 'The server has been created.')
  return namesake === undefined ? undefined : nameTaken(pass, namesake)
}

const nameTaken = (pass: Pass, namesake: Server): ServerStep =>
  isOwned(namesake.labels, pass.deps.identity.cluster, pass.project.metadata)
    ? wait(
        missing(pass),
        `Server ${namesake.name} still exists at Hetzner, ${namesake.status}.`,
        pass.deps.settings.intervals.status,
      )
    : blocked(
        'NameTaken',
        `A server named ${namesake.name} exists without this Project's labels. It is left alone; rename or delete it.`,
      )

function request(
  pass: Pass,
  chosen: { type: string; location: string; userData: { data: string; hash: string }; sshKeys: readonly string[] },
): ServerCreate {
  const { project, deps } = pass
  const { markerID } = accessOf(pass).account
  return {
    name: resourceName(deps.identity.cluster, project.metadata),
    type: chosen.type,
    image: project.spec.server.image,
    location: chosen.location,
    ipv4ID: addressOf(pass).id,
    ipv6: true,
    sshKeys: chosen.sshKeys,
    firewallIDs: markerID === undefined ? [] : [markerID],
    userData: chosen.userData.data,
    labels: {
      ...project.spec.server.labels,
      ...ownerLabels(deps.identity.cluster, project.metadata),
      ...userDataLabel(chosen.userData.hash),
    },
  }
}

async function post(pass: Pass, body: ServerCreate, userDataHash: string): Promise<ServerStep> {
  const { account } = accessOf(pass)
  const planned = wait(
    missing(pass),
    `Server ${body.name}, a ${body.type}, is being created in ${body.location}.`,
    seconds(15),
  )
  try {
    return await act(pass, { lane: 'create', fenced: true, planned }, async (options) => {
      const told = missing(pass) === 'Creating' ? serverCreated : serverRecreated
      const created = await account.servers.create(body, options)
      pass.deps.tell(pass.project, told({ ...body, ipv4: addressOf(pass).ipv4 }))
      remember(pass, created, userDataHash)
    })
  } catch (error) {
    return createFailed(pass, error, body)
  }
}

function remember(pass: Pass, created: { server: Server; actionIDs: readonly number[] }, userDataHash: string): void {
  const { project, draft } = pass
  const { server, actionIDs } = created
  // The count goes on from one failed creation to the next; a server that somebody else deleted begins a new one.
  const attempt = draft.operation?.kind === 'Discard' ? (draft.operation.attempt ?? 1) : 1
  beginOperation(pass, { kind: 'Create', actionIDs, limit: parseDuration(project.spec.timeouts.create), attempt })
  const { sshKeys, image } = project.spec.server
  const { id, name, type, location, status } = server
  draft.server = { id, name, type, location, image, state: status, userDataHash, sshKeys }
}

/** Capacity falls through the placement order, a taken name is looked up, what a person must mend is told; the rest is for the next pass. */
function createFailed(pass: Pass, error: unknown, body: ServerCreate): ServerStep {
  if (!isHcloudError(error)) throw error
  const pair = { type: body.type, location: body.location }
  if (error.errorClass === 'Capacity') {
    accessOf(pass).account.placement.soldOut(pair)
    return wait('NoCapacity', `${pair.type} is sold out in ${pair.location}; the next choice is tried.`, 0)
  }
  if (error.code === 'uniqueness_error')
    return wait(missing(pass), `Server ${body.name} exists; looking for it.`, pass.deps.settings.intervals.status)
  if (error.errorClass === 'Quota') return blocked('QuotaExceeded', `${error.message}. ${error.remedy}`)
  if (error.errorClass === 'InvalidSpec') return blocked('InvalidServer', `${error.message}. ${error.remedy}`)
  throw error
}
