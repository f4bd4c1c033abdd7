// What a bot's webhook and queue of updates must be after any list of calls: a small model, told of everything that
// happens, which says what comes next and keeps what it saw go wrong.

import { defaultUpdates } from '../../../simulators/telegram/update-kinds.ts'

export interface WebhookSettings {
  url: string
  maxConnections: number
  secretToken: string
}

export interface ModelUpdate {
  id: number
  chat: number
  /** Seconds since the epoch. */
  expiresAt: number
}

export interface SetOptions {
  drop: boolean
  allow: readonly string[] | undefined
  /** A wrong URL is found before anything but the old webhook has changed, a wrong port after. */
  flaw: 'url' | 'port' | undefined
}

interface Delivery {
  fails: number
  delaySeconds: number
  notBefore: number
  underWay: boolean
}

const longestDelaySeconds = 90
const trustMs = 10_000

/** `now` is monotonic, in milliseconds; `date` in milliseconds since the epoch. */
export function createWebhookModel(clock: { monotonic(): number; now(): number }) {
  let webhook: WebhookSettings | undefined
  let allowed: readonly string[] = defaultUpdates
  let queue: ModelUpdate[] = []
  let deliveries = new Map<number, Delivery>()
  let nextSetAt = 0
  let lastErrorAt: number | undefined
  let lastSuccessAt = Number.NEGATIVE_INFINITY
  let lastPoll = { offset: -1, at: Number.NEGATIVE_INFINITY }
  const violations: string[] = []

  const claim = (holds: boolean, what: string) => {
    if (!holds) violations.push(what)
  }
  const forget = (id: number) => {
    queue = queue.filter((update) => update.id !== id)
    deliveries.delete(id)
  }
  /** What is under way as it expires still holds its connection. */
  const dropExpired = () => {
    const expired = queue.filter(({ expiresAt }) => expiresAt * 1_000 <= clock.now())
    queue = queue.filter((update) => !expired.includes(update))
    for (const { id } of expired) if (deliveries.get(id)?.underWay === false) deliveries.delete(id)
  }
  const deliveryOf = (id: number): Delivery => {
    const known = deliveries.get(id) ?? { fails: 0, delaySeconds: 1, notBefore: 0, underWay: false }
    deliveries.set(id, known)
    return known
  }
  const heads = (): ModelUpdate[] =>
    queue.filter((update) => queue.find(({ chat }) => chat === update.chat)?.id === update.id)
  const underWay = (): number => [...deliveries.values()].filter((one) => one.underWay).length
  /** All of them only while the webhook is known to answer. */
  const connections = (): number => (clock.monotonic() <= lastSuccessAt + trustMs ? (webhook?.maxConnections ?? 0) : 1)
  const replace = (settings: WebhookSettings | undefined, drop: boolean) => {
    webhook = settings
    lastErrorAt = undefined
    lastSuccessAt = Number.NEGATIVE_INFINITY
    if (drop) queue = []
    deliveries = new Map()
  }

  return {
    violations,
    webhook: () => webhook,
    /** Seconds since the epoch; a success does not clear it. */
    lastErrorAt: () => lastErrorAt,
    queue(): readonly ModelUpdate[] {
      dropExpired()
      return queue
    },
    wants: (kind: string) => allowed.includes(kind),
    arrived(update: ModelUpdate): void {
      queue.push(update)
    },

    /** What a setWebhook has to answer: its code when it is refused, else its words. */
    set(wanted: WebhookSettings, { drop, allow, flaw }: SetOptions): number | string {
      if (clock.monotonic() < nextSetAt) return 429
      nextSetAt = clock.monotonic() + 1_000
      if (flaw !== 'url') allowed = allow ?? allowed
      if (!drop && JSON.stringify(wanted) === JSON.stringify(webhook)) return 'Webhook is already set'
      replace(flaw === undefined ? wanted : undefined, drop)
      return flaw === undefined ? 'Webhook was set' : 400
    },
    delete({ drop, allow }: Omit<SetOptions, 'flaw'>): string {
      const had = webhook !== undefined
      if (!had && !drop) allowed = allow ?? allowed
      replace(undefined, drop)
      return had ? 'Webhook was deleted' : 'Webhook is already deleted'
    },

    /** What a getUpdates has to give, after what it confirms. */
    poll({ offset, limit }: { offset: number; limit: number }): number[] {
      const soon = offset === lastPoll.offset && clock.monotonic() < lastPoll.at + 500
      lastPoll = { offset, at: clock.monotonic() }
      dropExpired()
      if (offset < 0) queue = queue.slice(offset)
      if (offset > 0) queue = queue.filter(({ id }) => id >= offset)
      return queue.slice(0, soon ? 1 : limit).map(({ id }) => id)
    },

    /** An update is on its way to a webhook. */
    attempted(id: number, to: WebhookSettings): void {
      dropExpired()
      const delivery = deliveryOf(id)
      claim(JSON.stringify(to) === JSON.stringify(webhook), `update ${id} went to ${to.url}, which is not set`)
      claim(
        heads().some((head) => head.id === id),
        `update ${id} went before its turn, or again after it was done`,
      )
      claim(!delivery.underWay, `update ${id} is under way twice`)
      claim(clock.monotonic() >= delivery.notBefore, `update ${id} was tried again too soon`)
      delivery.underWay = true
      claim(underWay() <= connections(), `${underWay()} are under way over ${connections()} connections`)
    },
    taken(id: number): void {
      lastSuccessAt = clock.monotonic()
      forget(id)
    },
    refused(id: number, retryAfterSeconds: number): void {
      lastErrorAt = Math.floor(clock.now() / 1_000)
      const delivery = deliveryOf(id)
      const doubled = retryAfterSeconds === 0 && delivery.fails > 0
      if (doubled) delivery.delaySeconds = Math.min(delivery.delaySeconds * 2, longestDelaySeconds)
      const waitSeconds = doubled ? delivery.delaySeconds : Math.min(retryAfterSeconds, 3_600)
      Object.assign(delivery, { fails: delivery.fails + 1, underWay: false })
      delivery.notBefore = clock.monotonic() + waitSeconds * 1_000
      const expiresAt = queue.find((update) => update.id === id)?.expiresAt ?? 0
      if (clock.now() + waitSeconds * 1_000 > expiresAt * 1_000) forget(id)
    },

    /** Nothing that could go lies idle. */
    checkBusy(): void {
      dropExpired()
      if (webhook === undefined || underWay() >= connections()) return
      for (const { id } of heads()) {
        const { notBefore, underWay: busy } = deliveryOf(id)
        claim(busy || notBefore > clock.monotonic(), `update ${id} lies idle`)
      }
    },
  }
}
