// A bot at Telegram, as little of it as a Project needs: who it is, and its webhook. One attempt per call, 10 s each.

import { Api, HttpError, InputFile } from 'grammy/web'
import { z } from 'zod'
import { type Clock, type Duration, deadline, seconds } from '../../clock.ts'
import { createExchange, type Fetch } from './exchange.ts'
import {
  isTelegramError,
  malformedToken,
  type TelegramMethod,
  unexpectedAnswer,
  unreachable,
} from './telegram-error.ts'
import { botIDOf } from './token.ts'
import { userSchema, type WebhookInfo, webhookInfoSchema } from './webhook-info.ts'
import { checkSettings, type WebhookSettings } from './webhook-settings.ts'

/** Every method rejects with TelegramError, or with the signal's own reason when the caller aborted. */
export interface Bot {
  /** The digits of the token. Proven only by getMe. */
  readonly id: number
  getMe(signal: AbortSignal): Promise<{ id: number; username: string }>
  getWebhookInfo(signal: AbortSignal): Promise<WebhookInfo>
  /** Sets every setting, also the ones left out (allowedUpdates), so that what is compared is what was set. */
  setWebhook(settings: WebhookSettings, signal: AbortSignal): Promise<void>
  /** Never drops pending updates. Deleting what is not there succeeds. */
  deleteWebhook(signal: AbortSignal): Promise<void>
}

export interface Bots {
  /** Throws TelegramError (Auth, `token_malformed`) when this is no bot token. Makes no call. */
  bot(token: string): Bot
}

export interface BotDeps {
  /** e.g. `https://api.telegram.org` */
  endpoint: string
  fetch: Fetch
  clock: Clock
  /** R3: how long a call that begins now may take, by the age of the lease; 0: none may begin. Without it, 10 s. */
  allowance?: () => Duration
}

type AllowedUpdates = NonNullable<NonNullable<Parameters<Api['setWebhook']>[1]>['allowed_updates']>

/** grammY's types name an older polyfill's signal; its code for the web takes the standard one. */
type GrammySignal = NonNullable<Parameters<Api['getMe']>[0]>

const longestCall = seconds(10) // rule R3

/** Codes that occur only before a request is on the wire; any other leaves the outcome of a write open. */
const neverSent = /^(NOT_BEGUN|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|.*CERT.*)$/

/** The system's error code somewhere in the chain of causes: the only thing that is kept of a network error. */
function networkCode(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 5) return undefined
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (code !== undefined && /^[A-Z0-9_]{3,60}$/.test(code)) return code
  return networkCode('error' in error ? error.error : error.cause, depth + 1)
}

const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const fail = () => reject(signal.reason)
    if (signal.aborted) return fail()
    signal.addEventListener('abort', fail, { once: true })
  })

/** Turns whatever a call ended with into our own error, or into the caller's own reason. */
function translate(error: unknown, o: { method: TelegramMethod; caller: AbortSignal; limit: AbortSignal }): unknown {
  const inner = error instanceof HttpError ? error.error : error
  if (isTelegramError(inner)) return inner
  if (o.caller.aborted) return o.caller.reason
  if (o.limit.aborted) {
    // Always the same words, however old the lease was: they end up in a status.
    return unreachable(o.method, { code: 'timeout', why: `no answer within ${longestCall / 1_000} s`, sent: true })
  }
  const code = networkCode(inner) ?? 'the connection failed'
  return unreachable(o.method, { code: 'network', why: code, sent: !neverSent.test(code) })
}

interface Call<T> {
  method: TelegramMethod
  /** What the result must look like. */
  result: z.ZodType<T>
  run(api: Api, signal: GrammySignal): Promise<unknown>
}

interface Connection extends BotDeps {
  token: string
  /** What must not show up in an error. */
  secrets: readonly string[]
}

async function attempt<T>(connection: Connection, call: Call<T>, caller: AbortSignal): Promise<T> {
  caller.throwIfAborted()
  const { method } = call
  const { clock, fetch, secrets, allowance = () => longestCall } = connection
  const allowed = Math.min(longestCall, allowance())
  const sendBefore = clock.monotonic() + allowed
  const exchange = createExchange({ fetch, method, secrets, clock, sendBefore })
  const api = new Api(connection.token, {
    apiRoot: connection.endpoint.replace(/\/+$/, ''),
    fetch: exchange as unknown as typeof globalThis.fetch, // grammY reads nothing but json()
  })
  const limit = deadline(clock, allowed, caller)
  try {
    // Raced, so that the limit also holds for a fetch that does not heed its signal.
    const result = await Promise.race([
      call.run(api, limit.signal as unknown as GrammySignal),
      whenAborted(limit.signal),
    ])
    const parsed = call.result.safeParse(result)
    if (!parsed.success) throw unexpectedAnswer(method, 'a result of another shape', 200)
    return parsed.data
  } catch (error) {
    throw translate(error, { method, caller, limit: limit.signal })
  } finally {
    limit.release()
  }
}

const done = z.literal(true)

function setWebhook(connection: Connection, settings: WebhookSettings, signal: AbortSignal): Promise<unknown> {
  const known = { ...connection, secrets: [...connection.secrets, settings.secretToken] }
  const certificate = new InputFile(new TextEncoder().encode(settings.certificate), 'certificate.pem')
  const run = (api: Api, limit: GrammySignal) =>
    api.setWebhook(
      settings.url,
      {
        certificate,
        ip_address: settings.ipAddress,
        max_connections: settings.maxConnections,
        allowed_updates: (settings.allowedUpdates ?? []) as AllowedUpdates, // left out would keep what was set before
        secret_token: settings.secretToken,
        drop_pending_updates: settings.dropPendingUpdates,
      },
      limit,
    )
  return attempt(known, { method: 'setWebhook', result: done, run }, signal)
}

/** The only maker of Telegram calls. */
export function createBots(deps: BotDeps): Bots {
  return {
    bot(token) {
      const id = botIDOf(token)
      if (id === undefined) throw malformedToken()
      const connection = { ...deps, token, secrets: [token.slice(token.indexOf(':') + 1)] }
      return {
        id,
        getMe: (signal) =>
          attempt(connection, { method: 'getMe', result: userSchema, run: (api, limit) => api.getMe(limit) }, signal),
        getWebhookInfo: (signal) =>
          attempt(
            connection,
            { method: 'getWebhookInfo', result: webhookInfoSchema, run: (api, limit) => api.getWebhookInfo(limit) },
            signal,
          ),
        async setWebhook(settings, signal) {
          checkSettings(settings)
          await setWebhook(connection, settings, signal)
        },
        async deleteWebhook(signal) {
          const run = (api: Api, limit: GrammySignal) => api.deleteWebhook({ drop_pending_updates: false }, limit)
          await attempt(connection, { method: 'deleteWebhook', result: done, run }, signal)
        },
      }
    },
  }
}
