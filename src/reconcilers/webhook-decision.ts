// What to do about a bot's webhook, decided from what Telegram tells. Pure: the step carries it out.

import type { ProjectStatus } from '../api/project.ts'
import type { ReasonOf } from '../api/reasons.ts'
import { type Duration, minutes } from '../clock.ts'
import type { WebhookInfo } from '../providers/telegram/webhook-info.ts'
import type { WebhookSettings } from '../providers/telegram/webhook-settings.ts'
import { pointsAt } from './webhook-target.ts'

export interface WebhookWorld {
  info: WebhookInfo
  settings: WebhookSettings
  /** Of all that is wanted, also of what Telegram does not tell: certificate and secret token. */
  settingsHash: string
  /** What the status says that we set; without a URL we have set nothing yet. */
  recorded: ProjectStatus['telegram']
  takeover: 'Refuse' | 'Take'
  /** Milliseconds since the epoch. */
  now: number
}

export type WebhookDecision =
  | { kind: 'registered' }
  /** At first sight the bot already had a webhook of somebody else. */
  | { kind: 'foreign' }
  /**
   * `first`: nothing was ever set. `repair`: just this was set before, so somebody else has changed it.
   * `ours`: the one found points at our address. `moved`: it is another URL than ours.
   */
  | { kind: 'set'; first: boolean; repair: boolean; moved: boolean; ours: boolean }
  /** It is set as it should be, but updates do not get through. */
  | {
      kind: 'failing'
      reason: Extract<ReasonOf<'WebhookReady', 'False'>, 'CertificateRejected' | 'DeliveryFailing' | 'BacklogGrowing'>
      message: string
    }

export function decideWebhook(world: WebhookWorld): WebhookDecision {
  const { info, settings, recorded } = world
  const ours = pointsAt(info.url, [settings.ipAddress])
  const wasSet = recorded?.url !== undefined
  if (info.url !== '' && !ours && !wasSet && world.takeover === 'Refuse') return { kind: 'foreign' }
  const moved = info.url !== settings.url
  if (!moved && isAsWanted(world)) return decideDelivery(world)
  const repair = recorded?.url === settings.url && recorded.settingsHash === world.settingsHash
  return { kind: 'set', first: !wasSet, repair, moved, ours }
}

function isAsWanted({ info, settings, settingsHash, recorded }: WebhookWorld): boolean {
  return (
    info.hasCustomCertificate &&
    info.ipAddress === settings.ipAddress &&
    info.maxConnections === settings.maxConnections &&
    isSameSet(info.allowedUpdates, settings.allowedUpdates) &&
    recorded?.settingsHash === settingsHash
  )
}

/** Absent and empty both mean Telegram's default. */
function isSameSet(a: readonly string[] = [], b: readonly string[] = []): boolean {
  return a.length === b.length && a.every((name) => b.includes(name))
}

/** An error older than this says nothing: Telegram does not clear it when deliveries succeed again, and retries within two minutes. */
const errorIsFresh: Duration = minutes(3)

/** So many updates waiting without any error are more than the bot keeps up with. */
const backlogIsLarge = 1_000

function decideDelivery({ info, now }: WebhookWorld): WebhookDecision {
  const isFresh = info.lastErrorAt !== undefined && now - info.lastErrorAt < errorIsFresh
  if (info.pendingUpdateCount > 0 && isFresh) {
    const rejected = /certificate/i.test(info.lastErrorMessage ?? '')
    const message = `Telegram cannot deliver updates: ${info.lastErrorMessage ?? 'no reason given'}.`
    return { kind: 'failing', reason: rejected ? 'CertificateRejected' : 'DeliveryFailing', message }
  }
  if (info.pendingUpdateCount < backlogIsLarge) return { kind: 'registered' }
  return {
    kind: 'failing',
    reason: 'BacklogGrowing',
    message: 'More than 1000 updates wait at Telegram: the bot does not keep up.',
  }
}
