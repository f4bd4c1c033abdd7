// The last question of a deletion: is really nothing left? Asked live, by label and by id, when no earlier call can still land (R4, R11).

import { type Duration, seconds } from '../clock.ts'
import { type DeletionProgress, waiting } from './deletion-report.ts'
import { accessOf, type Pass } from './pass.ts'
import { pointsAt } from './webhook-target.ts'

/** Undefined when absence is proven; else what to wait for. */
export async function confirmAbsence(pass: Pass): Promise<DeletionProgress | undefined> {
  const drained = drainLeft(pass)
  if (drained > 0)
    return waiting('Everything has been deleted; waiting until no earlier call can still take effect.', drained)
  const left = (await findLeftovers(pass)) ?? (await findWebhook(pass))
  return left === undefined ? undefined : waiting(`${left} is still there.`, seconds(2))
}

/**
 * R4: how long calls of an earlier process, or our own create that nobody answered, may still land.
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

async function findLeftovers({ project, draft, signal, ...pass }: Pass): Promise<string | undefined> {
  const { account } = accessOf({ project, draft, signal, ...pass })
  const { uid } = project.metadata
  const options = { signal, lane: 'delete' } as const
  const [server] = await account.servers.findLive(uid, options)
  if (server !== undefined) return `Server ${server.name}`
  const [ip] = await account.primaryIPs.findLive(uid, options)
  if (ip !== undefined) return `Primary IP ${ip.name}`
  if (project.spec.deletionPolicy === 'Orphan') return undefined
  // A list may lag; what we know by id is asked for by id. Hetzner keeps the name taken until the delete action ends.
  const byID = draft.server === undefined ? undefined : await account.servers.byID(draft.server.id, signal)
  return byID === undefined ? undefined : `Server ${byID.name}`
}

async function findWebhook(pass: Pass): Promise<string | undefined> {
  const { project, draft, signal } = pass
  const { bot } = accessOf(pass)
  if (bot === undefined || draft.address === undefined || project.spec.telegram?.onDelete === 'Keep') return undefined
  const { url } = await bot.getWebhookInfo(signal)
  return pointsAt(url, [draft.address.ipv4]) ? 'The webhook' : undefined
}
