// What Telegram knows of one bot. Plain data; the rules that change it live next to it.

import { newProfile, type Profile } from './profile.ts'

/** Where and how updates go. */
export interface Webhook {
  readonly url: string
  /** Without brackets; what the certificate must name. */
  readonly host: string
  readonly port: number
  /** Path and query. */
  readonly path: string
  /** `user:password` of the URL, sent as Basic authorization. */
  readonly userinfo: string
  /** Empty until resolved. */
  ipAddress: string
  /** Given with setWebhook; else looked up from the host. */
  readonly fixedIPAddress: boolean
  readonly maxConnections: number
  readonly secretToken: string
  /** PEM blocks of the upload, which is then the whole trust store; absent means the public one. */
  readonly trust: readonly string[] | undefined
}

export interface QueuedUpdate {
  readonly id: number
  readonly type: string
  readonly chatID: number
  /** The update without its id. */
  readonly payload: Readonly<Record<string, unknown>>
  /** Seconds since the epoch; about a day after it was made. */
  readonly expiresAt: number
}

/** Something a bot said: by calling the API, or in its answer to a webhook request. */
export interface Answer {
  readonly at: string
  readonly via: 'api' | 'webhook'
  /** The update it answered; only known for `webhook`. */
  readonly updateID?: number
  readonly chatID: string
  readonly text: string
}

/** A getUpdates that waits. */
export interface Poll {
  /** An update has come. */
  wake(): void
  /** It ends with 409 and these words. */
  conflict(what: string): void
}

export interface Bot {
  readonly id: number
  readonly username: string
  token: string
  revoked: boolean
  /** Monotonic time of its first call, or of the first one after `close`. */
  launchedAt: number
  /** Monotonic time until which it stays away from this server after `logOut`. */
  loggedOutUntil: number
  webhook: Webhook | undefined
  /** Absent means the default set. Survives setWebhook and deleteWebhook. */
  allowedUpdates: readonly string[] | undefined
  /** Sticky: only a new setWebhook or a removal clears it. `date` in seconds since the epoch. */
  lastError: { date: number; message: string } | undefined
  queue: QueuedUpdate[]
  lastUpdateID: number
  lastMessageID: number
  /** Monotonic time before which another setWebhook with a URL gets 429. */
  nextSetWebhookAt: number
  /** Ends a setWebhook that is still being verified. */
  cancelPendingSet: (() => void) | undefined
  poll: Poll | undefined
  /** The getUpdates before: the same offset again too soon is slowed down. */
  lastPoll: { offset: number; at: number } | undefined
  /** Monotonic time before which another 409 is held back for 3 s. */
  nextConflictAt: number
  readonly profile: Profile
  readonly answers: Answer[]
  /** How many API calls, by method in lower case. */
  readonly calls: Map<string, number>
}

export function newBot(token: string, now: number): Bot {
  const id = Number(token.slice(0, token.indexOf(':')))
  return {
    id,
    username: `bot_${id}_bot`,
    token,
    revoked: false,
    launchedAt: now,
    loggedOutUntil: 0,
    webhook: undefined,
    allowedUpdates: undefined,
    lastError: undefined,
    queue: [],
    lastUpdateID: 100_000_000,
    lastMessageID: 0,
    nextSetWebhookAt: 0,
    cancelPendingSet: undefined,
    poll: undefined,
    lastPoll: undefined,
    nextConflictAt: 0,
    profile: newProfile(`Bot ${id}`),
    answers: [],
    calls: new Map(),
  }
}
