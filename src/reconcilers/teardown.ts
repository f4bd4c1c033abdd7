// Deletes what a Project owns, in the order that leaves nothing pointing at nothing, and lets the Project go when absence is proven.

import { parseDuration } from '../api/duration.ts'
import { ANNOTATIONS } from '../api/project.ts'
import { type Duration, minutes, seconds } from '../clock.ts'
import type { WriteOptions } from '../providers/hcloud/account.ts'
import type { Server } from '../providers/hcloud/domain.ts'
import { hasCode } from '../providers/hcloud/errors.ts'
import { confirmAbsence } from './absence.ts'
import { type Closed, openForDeletion } from './deletion-access.ts'
import { type DeletionProgress, reportDeletion, waiting } from './deletion-report.ts'
import { readEscrow } from './escrow.ts'
import * as events from './events.ts'
import { faultStep } from './faults.ts'
import { isReleased, letGo } from './let-go.ts'
import { isOwned, labelKeys, ownedSecretName, tombstoneName } from './names.ts'
import { beginOperation, followOperation } from './operation.ts'
import { accessOf, type Pass } from './pass.ts'
import { lookAnew } from './recent-reads.ts'
import { writeTombstone } from './tombstone.ts'
import { pointsAt } from './webhook-target.ts'

/** One pass of a deletion: at most one external write, then a report; `gone` once the finalizer is off. */
export async function teardown(pass: Pass): Promise<DeletionProgress> {
  try {
    return await takeDown(pass)
  } catch (error) {
    pass.signal.throwIfAborted()
    const step = faultStep(pass, error)
    const after = step.kind === 'unobserved' ? step.after : undefined
    return reportDeletion(pass, waiting(step.message ?? '', after ?? minutes(1)))
  }
}

async function takeDown(pass: Pass): Promise<DeletionProgress> {
  if (isReleased(pass.project)) return letGo(pass)
  lookAnew(pass)
  pass.escrow = await readEscrow(pass)
  const closed = await openForDeletion(pass)
  if (closed !== undefined) return waitOrAbandon(pass, closed)
  const progress = await advance(pass).catch((error: unknown) => {
    if (hasCode(error, 'account_unproven')) return undefined
    throw error
  })
  return progress === undefined ? waitOrAbandon(pass, unproven) : reportDeletion(pass, progress)
}

const unproven: Closed = {
  reason: 'AccountChanged',
  message:
    'Everything that this Project recorded at Hetzner is gone, and so nothing proves that the token still reaches its account: absence cannot be told from a wrong token.',
}

type Phase = (pass: Pass) => Promise<DeletionProgress | undefined>

/** The webhook first, so that Telegram never calls a dead address by our doing; the address after the server that holds it. */
const phases: readonly Phase[] = [
  removeWebhook,
  removeServers,
  removeAddresses,
  removeKeys,
  removeOwnedSecret,
  confirmAbsence,
  finish,
]

async function advance(pass: Pass): Promise<DeletionProgress> {
  for (const phase of phases) {
    const progress = await phase(pass)
    if (progress !== undefined) return progress
  }
  return { kind: 'gone' }
}

async function removeWebhook(pass: Pass): Promise<DeletionProgress | undefined> {
  const { project, draft, signal } = pass
  const { account, bot } = accessOf(pass)
  if (bot === undefined || project.spec.telegram?.onDelete === 'Keep') return undefined
  const ips = await account.primaryIPs.find(project.metadata.uid, signal)
  const addresses = [...ips.map((ip) => ip.ip), ...(draft.address === undefined ? [] : [draft.address.ipv4])]
  const { url } = await bot.getWebhookInfo(signal)
  if (!pointsAt(url, addresses)) return undefined
  await effect(pass, () => bot.deleteWebhook(signal))
  pass.deps.tell(project, events.webhookDeleted())
  return waiting('The webhook is being removed.', 0, 'webhook')
}

/** Deletion is not held up by suspension, and its writes need no live read: the mark cannot be taken back. */
function effect<T>({ project, signal }: Pass, run: (options: WriteOptions) => Promise<T>): Promise<T> {
  return run({ holder: project.metadata.uid, lane: 'delete', signal })
}

async function removeServers(pass: Pass): Promise<DeletionProgress | undefined> {
  const { account } = accessOf(pass)
  const [server] = await account.servers.findLive(pass.project.metadata.uid, { signal: pass.signal, lane: 'delete' })
  if (server === undefined) return undefined
  if (pass.project.spec.deletionPolicy === 'Orphan') return orphanServer(pass, server)
  if (server.status === 'deleting') return followDelete(pass, server)
  const isUp = server.status === 'running' || server.status === 'stopping'
  return isUp && !isStopOverdue(pass, server) ? stop(pass, server) : deleteServer(pass, server)
}

/** Also the pace at which a list that still shows what is gone is read again. */
const look = ({ deps }: Pass): Duration => deps.settings.intervals.removal

async function stop(pass: Pass, server: Server): Promise<DeletionProgress> {
  const message = `Server ${server.name} is being stopped.`
  const progress = waiting(message, look(pass), 'server')
  if (pass.draft.operation?.kind === 'Shutdown' || server.locked) return progress
  const begin = (actionIDs: number[]) =>
    beginOperation(pass, { kind: 'Shutdown', actionIDs, limit: parseDuration(pass.project.spec.timeouts.shutdown) })
  // Somebody else's signal is on its way already: it has as long as ours would have.
  if (server.status === 'stopping') begin([])
  else await effect(pass, async (options) => begin([await shutDown(pass, server, options)]))
  return progress
}

async function shutDown(pass: Pass, server: Server, options: WriteOptions): Promise<number> {
  const id = await accessOf(pass).account.servers.shutdown(server.id, options)
  pass.deps.tell(pass.project, events.serverStopped(server))
  return id
}

/** A guest that ignores the signal is not waited for beyond what the user allows. */
function isStopOverdue({ draft, deps }: Pass, server: Server): boolean {
  const { operation } = draft
  if (operation?.kind !== 'Shutdown' || operation.deadline === undefined) return false
  return !server.locked && deps.clock.now() > Date.parse(operation.deadline)
}

async function deleteServer(pass: Pass, server: Server): Promise<DeletionProgress> {
  const progress = waiting(`Server ${server.name} is being deleted.`, look(pass), 'server')
  // Hetzner refuses to delete what an action still holds; only the server itself says when that ends.
  if (server.locked) return progress
  await effect(pass, async (options) => {
    const id = await accessOf(pass).account.servers.delete(server.id, options)
    if (id !== undefined) pass.deps.tell(pass.project, events.serverDeleted(server))
    beginOperation(pass, { kind: 'Delete', actionIDs: id === undefined ? [] : [id], limit: minutes(10) })
  })
  return progress
}

function followDelete(pass: Pass, server: Server): DeletionProgress {
  followOperation(pass)
  return waiting(`Server ${server.name} is being deleted.`, look(pass), 'server')
}

async function removeAddresses(pass: Pass): Promise<DeletionProgress | undefined> {
  const { account } = accessOf(pass)
  const [ip] = await account.primaryIPs.findLive(pass.project.metadata.uid, { signal: pass.signal, lane: 'delete' })
  if (ip === undefined) return undefined
  if (pass.project.spec.deletionPolicy === 'Orphan') {
    await effect(pass, (options) => account.primaryIPs.update(ip.id, { labels: withoutOurs(ip.labels) }, options))
    pass.deps.tell(pass.project, events.addressOrphaned(ip))
    return waiting(`The labels of ${ip.ip} are being removed.`, 0)
  }
  const message = `The address ${ip.ip} is being given back.`
  if (ip.assigneeID !== null) return waiting(message, look(pass), 'address')
  const existed = await effect(pass, (options) => account.primaryIPs.delete(ip.id, options))
  if (existed) pass.deps.tell(pass.project, events.addressReleased(ip))
  return waiting(message, existed ? 0 : look(pass), 'address')
}

async function orphanServer(pass: Pass, server: Server): Promise<DeletionProgress> {
  const { account } = accessOf(pass)
  await effect(pass, (options) => account.servers.update(server.id, { labels: withoutOurs(server.labels) }, options))
  pass.deps.tell(pass.project, events.serverOrphaned(server))
  return waiting(`The labels of server ${server.name} are being removed: it stays.`, 0)
}

const ours: readonly string[] = Object.values(labelKeys)

const withoutOurs = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !ours.includes(key)))

async function removeKeys(pass: Pass): Promise<DeletionProgress | undefined> {
  const { account } = accessOf(pass)
  const [key] = await account.sshKeys.findLive(pass.project.metadata.uid, { signal: pass.signal, lane: 'delete' })
  if (key === undefined || !isOwned(key.labels, pass.deps.identity.cluster, pass.project.metadata)) return undefined
  const existed = await effect(pass, (options) => account.sshKeys.delete(key.id, options))
  return waiting('The throw-away SSH key is being deleted.', existed ? 0 : look(pass))
}

/** Best effort: it carries an owner reference, so the garbage collector gets it where we may no longer. */
async function removeOwnedSecret({ project, deps, signal }: Pass): Promise<undefined> {
  const { namespace, uid } = project.metadata
  const ref = { namespace, name: ownedSecretName(project.metadata) }
  try {
    const secret = await deps.secrets.get(ref, signal)
    const isOurs = secret?.metadata.ownerReferences?.some((owner) => owner.uid === uid)
    if (isOurs && secret?.metadata.uid !== undefined)
      await deps.secrets.delete({ ...ref, uid: secret.metadata.uid }, signal)
  } catch {
    signal.throwIfAborted()
  }
}

async function finish(pass: Pass): Promise<DeletionProgress> {
  const { project, deps, access } = pass
  const { telegram, deletionPolicy } = project.spec
  const progress = await letGo(pass)
  if (telegram !== undefined && telegram.onDelete !== 'Keep' && access?.bot === undefined)
    deps.tell(project, events.webhookSkipped())
  deps.tell(project, events.cleanedUp({ orphaned: deletionPolicy === 'Orphan' }))
  return progress
}

/** Without a token nothing can be deleted and nothing proven: a person restores one, or says that it does not matter. */
async function waitOrAbandon(pass: Pass, why: Closed): Promise<DeletionProgress> {
  if (pass.project.metadata.annotations?.[ANNOTATIONS.abandon] !== 'true') {
    const message = `${why.message} Deletion waits. Restore a token, or annotate the Project with ${ANNOTATIONS.abandon}=true to give up what may still exist.`
    const after = seconds(10) + pass.deps.random() * seconds(20)
    return reportDeletion(pass, { kind: 'blocked', reason: why.reason, message, after })
  }
  await writeTombstone(pass, why.message)
  const progress = await letGo(pass)
  pass.deps.tell(pass.project, events.abandoned({ tombstone: tombstoneName(pass.project.metadata.uid) }))
  return progress
}
