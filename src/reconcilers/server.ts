// Owns ServerReady: one server on the Project's address, running, named and labelled as ours; started or created again when it is not.

import { parseDuration } from '../api/duration.ts'
import { type Duration, seconds } from '../clock.ts'
import type { Labels, Server } from '../providers/hcloud/domain.ts'
import { act } from './act.ts'
import { estimateCost } from './cost.ts'
import { serverRelabelled, serverStarted } from './events.ts'
import { ensureKeys } from './keys.ts'
import { labelKeys, ownerLabels, resourceName, userDataLabel } from './names.ts'
import { type Begun, beginOperation, endOperation, followOperation } from './operation.ts'
import { accessOf, addressOf, type Pass } from './pass.ts'
import { isRequested } from './request.ts'
import { createServer } from './server-create.ts'
import { decideServer, type ServerDecision } from './server-decision.ts'
import { discard, lastFailure } from './server-discard.ts'
import { again, blocked, done, type Step, type StepDefinition, unobserved, wait } from './step.ts'

export const server: StepDefinition<'ServerReady'> = {
  condition: 'ServerReady',
  async run(pass) {
    const { project, draft, deps } = pass
    const servers = await findServers(pass)
    const decision = decideServer({
      servers,
      addressID: addressOf(pass).id,
      operation: draft.operation,
      actions: followOperation(pass),
      now: deps.clock.now(),
      wanted: { name: resourceName(deps.identity.cluster, project.metadata), labels: wantedLabels(pass, servers[0]) },
    })
    return carryOut(pass, decision)
  },
}

/** A look while Hetzner works: the end of an action wakes the Project sooner. */
const pace: Record<'action' | 'repair', Duration> = { action: seconds(15), repair: seconds(60) }

async function carryOut(pass: Pass, decision: ServerDecision): Promise<Step<'ServerReady'>> {
  const { status: soon } = pass.deps.settings.intervals
  switch (decision.kind) {
    case 'create':
      return createServer(pass)
    case 'ambiguous':
      return blocked(
        'NameTaken',
        `More than one server carries this Project's labels: ${decision.names.join(', ')}. Remove the label ${labelKeys.uid} from all but one.`,
      )
    case 'elsewhere':
      return blocked(
        'InvalidServer',
        `Server ${decision.server.name} does not have this Project's address ${addressOf(pass).ipv4}. Give it back that Primary IP, or delete the server: it is then created again.`,
      )
    case 'deleting':
      if (pass.draft.operation?.kind === 'Discard') return wait('ActionFailed', lastFailure(pass), soon)
      return wait('Missing', `Server ${decision.server.name} is being deleted; it is then created again.`, soon)
    case 'pause':
      return wait('ActionFailed', lastFailure(pass), decision.after)
    case 'follow':
      return wait(
        decision.created ? 'Starting' : 'Creating',
        `Hetzner works on server ${decision.server.name}.`,
        pace.action,
      )
    case 'late':
      return blocked(
        'ActionFailed',
        `Server ${decision.server.name} did not come up within spec.timeouts.create. It is left as it is and looked at again; delete it at Hetzner to have it created anew.`,
      )
    case 'recover':
      return recoverActions(pass, decision.server)
    case 'discard':
      return discard(pass, decision)
    case 'powerOn':
      return powerOn(pass, decision.server)
    case 'powerOnFailed':
      endOperation(pass)
      return wait(
        'ActionFailed',
        `Hetzner could not start server ${decision.server.name}: ${decision.why}. Tried again by itself.`,
        pace.repair,
      )
    case 'busy':
      return wait('Starting', `Server ${decision.server.name} is ${decision.server.status} at Hetzner.`, soon)
    case 'relabel':
      return relabel(pass, decision.server)
    case 'running':
      return running(pass, decision.server)
  }
}

/** What it was created with is not for us to change: a server keeps its word about that. */
function wantedLabels({ project, deps }: Pass, found: Server | undefined): Labels {
  const createdWith = found?.labels[labelKeys.userData]
  return {
    ...project.spec.server.labels,
    ...ownerLabels(deps.identity.cluster, project.metadata),
    ...(createdWith !== undefined && userDataLabel(createdWith)),
  }
}

/** From the inventory; but what has just changed state through our own action is looked at directly. */
async function findServers(pass: Pass): Promise<readonly Server[]> {
  const { account } = accessOf(pass)
  const { project, signal } = pass
  if (isRequested(project)) return account.servers.findLive(project.metadata.uid, { signal })
  const found = await account.servers.find(project.metadata.uid, signal)
  const [only] = found
  const settled = pass.draft.operation === undefined || only?.status === 'running' || found.length !== 1
  const pending = followOperation(pass)?.some((action) => action.status === 'running') ?? true
  if (only === undefined || settled || pending) return found
  const live = await account.servers.byID(only.id, signal)
  return live === undefined ? [] : [live]
}

/** The process died between the create and the status that would have told its actions: the server knows them. */
async function recoverActions(pass: Pass, found: Server): Promise<Step<'ServerReady'>> {
  const actions = await accessOf(pass).account.actions.ofServer(found.id, pass.signal)
  const open = actions.filter((action) => action.status === 'running')
  if (open.length === 0)
    return wait('Starting', `Server ${found.name} is ${found.status} at Hetzner.`, pass.deps.settings.intervals.status)
  begin(
    pass,
    'Create',
    open.map((action) => action.id),
  )
  return again('Creating', `Hetzner works on server ${found.name}.`)
}

function begin(pass: Pass, kind: Begun['kind'], actionIDs: readonly number[]): void {
  beginOperation(pass, { kind, actionIDs, limit: parseDuration(pass.project.spec.timeouts.create) })
}

async function powerOn(pass: Pass, found: Server): Promise<Step<'ServerReady'>> {
  const { account } = accessOf(pass)
  const planned = wait('PoweredOff', `Server ${found.name} was off; it is being started.`, pace.action)
  return act(pass, { lane: 'repair', planned }, async (options) => {
    const id = await account.servers.powerOn(found.id, options)
    pass.deps.tell(pass.project, serverStarted(found))
    begin(pass, 'PowerOn', [id])
  })
}

async function relabel(pass: Pass, found: Server): Promise<Step<'ServerReady'>> {
  const { account } = accessOf(pass)
  const name = resourceName(pass.deps.identity.cluster, pass.project.metadata)
  // Ready or not is another question: the name and labels of a server that serves are put right without a word about it.
  const planned = unobserved('Repairing', `Name and labels of server ${found.name} are being put right.`, 0)
  return act(pass, { lane: 'repair', planned }, async (options) => {
    await account.servers.update(found.id, { name, labels: wantedLabels(pass, found) }, options)
    pass.deps.tell(pass.project, serverRelabelled({ name }))
  })
}

async function running(pass: Pass, found: Server): Promise<Step<'ServerReady'>> {
  const { ipv4 } = addressOf(pass)
  const unserved = await markServed(pass)
  if (unserved !== undefined) return unserved

  const keys = await ensureKeys(pass, { ipv4, serverExists: true })
  if (keys.kind === 'taken') return blocked(keys.reason, keys.message)
  if (keys.kind === 'ready') pass.keys = keys.keys
  if (keys.kind === 'lost') pass.keysLost = keys.message

  record(pass, found)
  endOperation(pass)
  await estimateCost(pass)
  return done('Running', `${found.name}, a ${found.type}, runs in ${found.location}.`)
}

/** Before the webhook is set: from now on this address is never given back by itself. */
async function markServed(pass: Pass): Promise<Step<'ServerReady'> | undefined> {
  const { account } = accessOf(pass)
  const { id } = addressOf(pass)
  const ip = (await account.primaryIPs.find(pass.project.metadata.uid, pass.signal)).find((each) => each.id === id)
  if (ip === undefined || ip.labels[labelKeys.served] === 'true') return undefined
  const planned = unobserved('Creating', 'The address is being marked as used by a server.', 0)
  return act(pass, { lane: 'create', planned }, (options) =>
    account.primaryIPs.update(id, { labels: { ...ip.labels, [labelKeys.served]: 'true' } }, options),
  )
}

/** Facts about the server, as found; what it was created with stays as recorded. */
export function record({ project, draft }: Pass, found: Server, userDataHash?: string): void {
  // The status may not have told it: the process may have died between the creation and its report.
  const hash = userDataHash ?? draft.server?.userDataHash ?? found.labels[labelKeys.userData]
  draft.server = {
    sshKeys: project.spec.server.sshKeys,
    ...draft.server,
    id: found.id,
    name: found.name,
    type: found.type,
    location: found.location,
    image: project.spec.server.image,
    state: found.status,
    ...(hash !== undefined && { userDataHash: hash }),
  }
  if (draft.address !== undefined && found.ipv6 !== undefined) draft.address.ipv6 = found.ipv6
}
