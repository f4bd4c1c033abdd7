// Owns WebhookReady: the bot's webhook is what the Project says. Compared before it is set, because setting removes the old one first.

import { createHmac } from 'node:crypto'
import { clip, getCondition, timestamp } from '../api/conditions.ts'
import { parseDuration } from '../api/duration.ts'
import { ANNOTATIONS, type Project, type ProjectSpec } from '../api/project.ts'
import { statusLimits } from '../api/status.ts'
import { minutes, seconds } from '../clock.ts'
import type { Bot } from '../providers/telegram/bot.ts'
import { isTelegramError } from '../providers/telegram/telegram-error.ts'
import type { WebhookInfo } from '../providers/telegram/webhook-info.ts'
import type { WebhookSettings } from '../providers/telegram/webhook-settings.ts'
import { act } from './act.ts'
import { webhookRepaired, webhookSet } from './events.ts'
import { isWithin } from './memory.ts'
import { accessOf, addressOf, type KeyMaterial, type Pass } from './pass.ts'
import { isRequested, requestedAt } from './request.ts'
import { again, blocked, done, type Step, type StepDefinition, unobserved, wait } from './step.ts'
import { decideWebhook, type WebhookDecision } from './webhook-decision.ts'
import { webhookTarget } from './webhook-target.ts'

export const webhook: StepDefinition<'WebhookReady'> = {
  condition: 'WebhookReady',
  async run(pass) {
    const { telegram } = pass.project.spec
    if (telegram === undefined) return done('NotRequested', 'The Project has no bot.')
    const { bot } = accessOf(pass)
    if (pass.keys === undefined || bot === undefined)
      return unobserved('Updating', 'The keys of the server are not known.')
    if (isKnownGood(pass)) return done('Registered', registered(pass))

    const info = await bot.getWebhookInfo(pass.signal)
    const settings = desired(pass, telegram, pass.keys)
    const hash = settingsHash(pass.keys, settings)
    const decision = decideWebhook({
      info,
      settings,
      settingsHash: hash,
      recorded: pass.draft.telegram,
      takeover: telegram.webhook.takeover,
      now: pass.deps.clock.now(),
    })
    return carryOut(pass, { decision, info, bot, settings, hash })
  },
}

interface Look {
  decision: WebhookDecision
  info: WebhookInfo
  bot: Bot
  settings: WebhookSettings
  hash: string
}

async function carryOut(pass: Pass, look: Look): Promise<Step<'WebhookReady'>> {
  const { decision } = look
  switch (decision.kind) {
    case 'registered':
      return settle(pass, look)
    case 'foreign':
      return blocked(
        'ForeignWebhook',
        `The bot already has a webhook at ${hostOf(look.info.url)}, which is not ours. It is left alone; remove it, or set spec.telegram.webhook.takeover to Take.`,
        seconds(30),
      )
    case 'failing':
      recordDelivery(pass, look.info)
      return wait(decision.reason, decision.message, seconds(30))
    case 'set':
      return set(pass, look, decision)
  }
}

/** Between two full looks a webhook that was right is taken to be right still; whoever asks for a pass gets a full look. */
function isKnownGood({ project, deps }: Pass): boolean {
  const memory = deps.memory.of(project.metadata.uid)
  // Not by the status: a pass that ended before this step has told of the generation, too.
  const isCurrent = memory.webhookCheckedFor === askedBy(project)
  const wasReady = getCondition(project.status?.conditions ?? [], 'WebhookReady')?.status === 'True'
  // A pass may come a little early by jitter; nine tenths of the interval is a full one.
  const interval = parseDuration(project.spec.resyncInterval) * 0.9
  return isCurrent && wasReady && isWithin(deps.clock, memory.webhookCheckedAt, interval)
}

const askedBy = (project: Project): string => `${project.metadata.generation} ${requestedAt(project) ?? ''}`

function desired(pass: Pass, telegram: NonNullable<ProjectSpec['telegram']>, keys: KeyMaterial): WebhookSettings {
  const { ipv4 } = addressOf(pass)
  const { maxConnections, allowedUpdates } = telegram.webhook
  return {
    url: webhookTarget(ipv4, telegram).url,
    certificate: keys.caCertificate,
    ipAddress: ipv4,
    maxConnections,
    allowedUpdates,
    secretToken: keys.secretToken,
    dropPendingUpdates: false,
  }
}

/**
 * Stands for all that is set, so that a change of ours is told from one of somebody else; part of it Telegram does not tell.
 * Keyed with the secret token itself, so that it tells nothing either.
 */
function settingsHash(keys: KeyMaterial, settings: WebhookSettings): string {
  const { url, ipAddress, maxConnections, certificate, allowedUpdates = [] } = settings
  const stated = JSON.stringify([url, ipAddress, maxConnections, certificate, [...allowedUpdates].sort()])
  return createHmac('sha256', keys.secretToken).update(stated).digest('base64url')
}

async function set(
  pass: Pass,
  { bot, settings, hash, info }: Look,
  decision: Extract<WebhookDecision, { kind: 'set' }>,
): Promise<Step<'WebhookReady'>> {
  const { project, draft, deps } = pass
  if (!deps.initialPassesEnded())
    return wait(
      'Registering',
      'Waiting until every Project has been looked at once since the operator started.',
      seconds(1),
    )
  if (decision.repair && isFlapping(pass)) {
    return blocked(
      'WebhookRemoved',
      `Something else changes this bot's webhook: it was set again ${repairLimit} times in 10 minutes, and now points to ${hostOf(info.url)}. Find it, then annotate the Project with ${ANNOTATIONS.reconcileRequestedAt}.`,
      minutes(10),
    )
  }
  const { dropPendingUpdates } = project.spec.telegram?.webhook ?? {}
  const drop = dropPendingUpdates === 'OnFirstSet' && decision.first && !decision.ours
  const planned = again(
    decision.repair && decision.moved ? 'WebhookRemoved' : 'Registering',
    `The webhook is being set to ${settings.url}.`,
  )
  try {
    return await act(pass, { lane: 'create', fenced: true, planned }, async () => {
      await bot.setWebhook({ ...settings, dropPendingUpdates: drop }, pass.signal)
      deps.tell(project, decision.repair ? webhookRepaired(settings) : webhookSet(settings))
      if (decision.repair) deps.memory.of(project.metadata.uid).webhookRepairs.push(deps.clock.monotonic())
      draft.telegram = { ...draft.telegram, botID: bot.id, url: settings.url, settingsHash: hash }
    })
  } catch (error) {
    return refused(error)
  }
}

/** What Telegram refuses for good is told; the rest is for the next pass. A refused call has removed the webhook that was there. */
function refused(error: unknown): Step<'WebhookReady'> {
  if (!isTelegramError(error) || error.errorClass !== 'InvalidSpec') throw error
  const reason = error.code === 'certificate_rejected' ? 'CertificateRejected' : 'Registering'
  return blocked(reason, `${error.message}. ${error.remedy}`)
}

const repairLimit = 3

/** Somebody else sets this webhook, too: after a few repairs the operator stops and says so instead of fighting. */
function isFlapping({ project, deps }: Pass): boolean {
  const memory = deps.memory.of(project.metadata.uid)
  if (isRequested(project)) memory.webhookRepairs = []
  memory.webhookRepairs = memory.webhookRepairs.filter((instant) => isWithin(deps.clock, instant, minutes(10)))
  return memory.webhookRepairs.length >= repairLimit
}

function settle(pass: Pass, { info, hash, bot }: Look): Step<'WebhookReady'> {
  const { project, draft, deps } = pass
  const memory = deps.memory.of(project.metadata.uid)
  memory.webhookCheckedAt = deps.clock.monotonic()
  memory.webhookCheckedFor = askedBy(project)
  draft.telegram = { ...draft.telegram, botID: bot.id, url: info.url, settingsHash: hash }
  recordDelivery(pass, info)
  return done('Registered', registered(pass))
}

/** Counters move by themselves: written only when their power of ten changes, and not while deliveries come and go. */
function recordDelivery({ draft }: Pass, info: WebhookInfo): void {
  if (draft.telegram === undefined) return
  const backlog = info.pendingUpdateCount < 10 ? 0 : 10 ** Math.floor(Math.log10(info.pendingUpdateCount))
  draft.telegram = { ...draft.telegram, backlog }
  if (info.lastErrorAt === undefined || backlog === 0) return
  draft.telegram.lastErrorAt = timestamp(info.lastErrorAt)
  draft.telegram.lastError = clip(info.lastErrorMessage ?? '', statusLimits.lastError)
}

const registered = ({ draft }: Pass): string => `Telegram delivers to ${draft.telegram?.url}.`

/** Somebody else's URL may carry a secret in its path or query: only its host is shown. */
const hostOf = (url: string): string =>
  URL.canParse(url) ? new URL(url).host : url === '' ? 'nothing' : 'an unreadable URL'
