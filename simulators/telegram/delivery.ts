// Hands queued updates to webhooks: in order within a chat, side by side across chats, again and again until taken.

import type { Clock } from '../kit/clock.ts'
import type { Bot, QueuedUpdate, Webhook } from './bot.ts'
import type { Attempt, PostUpdate } from './post-update.ts'
import { dropExpired } from './updates.ts'

export interface DeliveryDeps {
  clock: Clock
  random(): number
  post: PostUpdate
  /** A webhook took the update; its answer may ask for a method. */
  onDelivered(bot: Bot, delivered: { update: QueuedUpdate; contentType: string; body: string }): void
  /** A webhook said "gone" for so long that Telegram takes it away. */
  onGone(bot: Bot): void
}

export interface Delivery {
  /** Looks at the bot's queue and webhook; to be called after either changed. */
  wake(bot: Bot): void
  stop(): void
}

interface Try {
  delayMs: number
  fails: number
  notBefore: number
  underWay: boolean
}

/** What is known of one webhook's deliveries. A new webhook starts with a clean one. */
interface Session {
  readonly webhook: Webhook
  readonly tries: Map<number, Try>
  readonly ended: AbortController
  cancelTimer: () => void
  goneSince: number | undefined
  /** Monotonic time. */
  lastSuccessAt: number
}

const retryLimitSeconds = 3_600
const goneLimitMs = 23 * 3_600_000
const trustMs = 10_000

export function createDelivery(deps: DeliveryDeps): Delivery {
  const { clock, post } = deps
  const sessions = new Map<number, Session>()

  function wake(bot: Bot): void {
    const session = sessionOf(bot, sessions)
    if (session === undefined) return
    session.cancelTimer()
    dropExpired(bot, clock)
    const next = takeReady(bot, { session, now: clock.monotonic() })
    for (const update of next.ready) void attempt(bot, { session, update })
    if (next.at === undefined) return
    session.cancelTimer = clock.schedule(next.at - clock.monotonic(), () => wake(bot))
  }

  async function attempt(bot: Bot, { session, update }: { session: Session; update: QueuedUpdate }): Promise<void> {
    const body = JSON.stringify({ update_id: update.id, ...update.payload })
    const result = await post(session.webhook, body, { clock, signal: session.ended.signal })
    if (session.ended.signal.aborted) return
    if (result.kind === 'ok') taken(bot, { session, update, result })
    else refused(bot, { session, update, result })
    wake(bot)
  }

  function drop(bot: Bot, { session, update }: { session: Session; update: QueuedUpdate }): void {
    session.tries.delete(update.id)
    bot.queue = bot.queue.filter(({ id }) => id !== update.id)
  }

  function taken(bot: Bot, o: { session: Session; update: QueuedUpdate; result: Attempt & { kind: 'ok' } }): void {
    o.session.goneSince = undefined
    o.session.lastSuccessAt = clock.monotonic()
    drop(bot, o)
    deps.onDelivered(bot, { update: o.update, contentType: o.result.contentType, body: o.result.body })
  }

  function refused(
    bot: Bot,
    o: { session: Session; update: QueuedUpdate; result: Attempt & { kind: 'failed' } },
  ): void {
    const { session, update, result } = o
    bot.lastError = { date: Math.floor(clock.now() / 1_000), message: result.message }
    const now = clock.monotonic()
    const failed = session.tries.get(update.id)
    const next = failed && nextTry(failed, { retryAfter: result.retryAfter, ...deps })
    if (next !== undefined) session.tries.set(update.id, next)
    // What would be too old by its next try goes now.
    if (next !== undefined && clock.now() + next.notBefore - now > update.expiresAt * 1_000)
      drop(bot, { session, update })
    session.goneSince = result.status === 410 ? (session.goneSince ?? now) : undefined
    if (now - (session.goneSince ?? now) > goneLimitMs) deps.onGone(bot)
  }

  return {
    wake,
    stop() {
      for (const session of sessions.values()) end(session)
      sessions.clear()
    },
  }
}

function sessionOf(bot: Bot, sessions: Map<number, Session>): Session | undefined {
  const session = sessions.get(bot.id)
  if (session !== undefined && session.webhook === bot.webhook) return session
  if (session !== undefined) end(session)
  sessions.delete(bot.id)
  // Without an address the webhook is still being looked at.
  if (bot.webhook === undefined || bot.cancelPendingSet !== undefined) return undefined
  const fresh: Session = {
    webhook: bot.webhook,
    tries: new Map(),
    ended: new AbortController(),
    cancelTimer: () => {},
    goneSince: undefined,
    lastSuccessAt: Number.NEGATIVE_INFINITY,
  }
  sessions.set(bot.id, fresh)
  return fresh
}

function end(session: Session): void {
  session.cancelTimer()
  session.ended.abort()
}

/** Marks what may be sent now as under way, and says when the next one may. */
function takeReady(bot: Bot, o: { session: Session; now: number }): { ready: QueuedUpdate[]; at: number | undefined } {
  const { tries } = o.session
  const heads = new Map<number, QueuedUpdate>()
  for (const update of bot.queue) if (!heads.has(update.chatID)) heads.set(update.chatID, update)
  let free = mostConnections(o.session, o.now) - [...tries.values()].filter(({ underWay }) => underWay).length
  let at: number | undefined
  const ready: QueuedUpdate[] = []
  for (const update of heads.values()) {
    const state = tries.get(update.id) ?? { delayMs: 1_000, fails: 0, notBefore: o.now, underWay: false }
    tries.set(update.id, state)
    if (state.underWay) continue
    if (state.notBefore > o.now) at = Math.min(at ?? Number.POSITIVE_INFINITY, state.notBefore)
    else if (free > 0) {
      state.underWay = true
      free -= 1
      ready.push(update)
    }
  }
  return { ready, at }
}

/** One, unless a delivery has succeeded lately: a webhook that does not answer is not asked over many connections. */
const mostConnections = ({ webhook, lastSuccessAt }: Session, now: number): number =>
  now <= lastSuccessAt + trustMs ? webhook.maxConnections : 1

/** Again at once after the first failure, then doubling up to a random 60 to 120 s; a server may ask for longer. */
function nextTry(failed: Try, o: { retryAfter: number; clock: Clock; random(): number }): Try {
  const asked = Math.min(Math.max(o.retryAfter, 0), retryLimitSeconds) * 1_000
  const fails = failed.fails + 1
  if (asked > 0 || failed.fails === 0)
    return { ...failed, fails, notBefore: o.clock.monotonic() + asked, underWay: false }
  const delayMs = Math.min(failed.delayMs * 2, (60 + Math.floor(61 * o.random())) * 1_000)
  return { delayMs, fails, notBefore: o.clock.monotonic() + delayMs, underWay: false }
}
