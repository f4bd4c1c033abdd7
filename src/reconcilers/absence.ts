// The last question of a deletion: is really nothing left? Asked live, by label and by id, when no earlier call can still land (R4, R11).

import type { Duration } from '../clock.ts'
import type { Labels } from '../providers/hcloud/domain.ts'
import { type DeletionProgress, waiting } from './deletion-report.ts'
import { isOwned } from './names.ts'
import { accessOf, type Pass } from './pass.ts'
import { pointsAt } from './webhook-target.ts'

/** Undefined when absence is proven; else what to wait for. */
export async function confirmAbsence(pass: Pass): Promise<DeletionProgress | undefined> {
  const drained = drainLeft(pass)
  if (drained > 0)
    return waiting('Everything has been deleted; waiting until no earlier call can still take effect.', drained)
  const left = (await findLeftovers(pass)) ?? (await findWebhook(pass))
  return left === undefined ? undefined : waiting(`${left} is still there.`, pass.deps.settings.intervals.removal)
}

/**
 * R4: how long calls of an earlier process, or our own write that nobody answered, may still land.
 * Every process start counts as a change of leader, because nothing tells how the last process ended.
 */
export function drainLeft({ project, deps }: Pass): Duration {
  const { settings, clock, memory } = deps
  const { unknownCreateAt } = memory.of(project.metadata.uid)
  const until = Math.max(
    settings.startedAt + settings.drain,
    unknownCreateAt === undefined ? 0 : unknownCreateAt + settings.drain,
  )
  return Math.max(until - clock.monotonic(), 0)
}

async function findLeftovers(pass: Pass): Promise<string | undefined> {
  const { project, signal } = pass
  const { account } = accessOf(pass)
  const { uid } = project.metadata
  const options = { signal, lane: 'delete' } as const
  const [server] = await account.servers.findLive(uid, options)
  if (server !== undefined) return `Server ${server.name}`
  const [ip] = await account.primaryIPs.findLive(uid, options)
  if (ip !== undefined) return `Primary IP ${ip.name}`
  if (project.spec.deletionPolicy === 'Orphan') return undefined
  return findByID(pass)
}

/** A list may lag; what we know by id is asked for by id. What lost our labels is no longer ours to wait for (R7). */
async function findByID(pass: Pass): Promise<string | undefined> {
  const { project, draft, deps, signal } = pass
  const { account } = accessOf(pass)
  const isOurs = ({ labels }: { labels: Labels }) => isOwned(labels, deps.identity.cluster, project.metadata)
  const server = draft.server && (await account.servers.byID(draft.server.id, signal))
  if (server !== undefined && isOurs(server)) return `Server ${server.name}`
  const ip = draft.address && (await account.primaryIPs.byID(draft.address.id, signal))
  return ip !== undefined && isOurs(ip) ? `Primary IP ${ip.name}` : undefined
}

async function findWebhook(pass: Pass): Promise<string | undefined> {
  const { project, draft, signal } = pass
  const { bot } = accessOf(pass)
  if (bot === undefined || draft.address === undefined || project.spec.telegram?.onDelete === 'Keep') return undefined
  const { url } = await bot.getWebhookInfo(signal)
  return pointsAt(url, [draft.address.ipv4]) ? 'The webhook' : undefined
}
