// What can go wrong with a call to Telegram, in one table that decides retry, wait or stop and words the remedy.
// Errors are built here and never passed through: grammY's carry the payload (secret token) and network errors may carry
// the URL (bot token), so no foreign error becomes a `cause`.

import { type Duration, seconds } from '../../clock.ts'

export type ErrorClass =
  | 'Transient'
  | 'Throttled'
  | 'Capacity'
  | 'Quota'
  | 'Auth'
  | 'Conflict'
  | 'InvalidSpec'
  | 'NotFound'
  | 'Bug'

export type TelegramMethod = 'getMe' | 'getWebhookInfo' | 'setWebhook' | 'deleteWebhook'

export interface TelegramErrorOptions {
  errorClass: ErrorClass
  /** Stable and machine-readable, e.g. `unauthorized`, `foreign_conflict`, `resolve_failed`; see the table below. */
  code: string
  /** What a person can do, one sentence. */
  remedy: string
  /** HTTP status, where there was an answer. */
  status?: number | undefined
  /** How long Telegram asked us to wait, in milliseconds. */
  retryAfter?: Duration | undefined
  /** A write that may have taken effect although it failed: look before repeating it. */
  outcomeUnknown?: boolean | undefined
}

/** Every failure of a call to Telegram; the message reads "Cannot X: Y" and holds no byte of a token. */
export class TelegramError extends Error {
  readonly errorClass: ErrorClass
  readonly code: string
  readonly remedy: string
  readonly status: number | undefined
  readonly retryAfter: Duration | undefined
  readonly outcomeUnknown: boolean

  constructor(message: string, options: TelegramErrorOptions) {
    super(message)
    this.name = 'TelegramError'
    this.errorClass = options.errorClass
    this.code = options.code
    this.remedy = options.remedy
    this.status = options.status
    this.retryAfter = options.retryAfter
    this.outcomeUnknown = options.outcomeUnknown ?? false
  }
}

export const isTelegramError = (error: unknown): error is TelegramError => error instanceof TelegramError

const intents: Record<TelegramMethod, string> = {
  getMe: 'check the bot token',
  getWebhookInfo: 'read the webhook',
  setWebhook: 'set the webhook',
  deleteWebhook: 'delete the webhook',
}

/** "Cannot X: Y" for one method. */
export const cannot = (method: TelegramMethod, why: string): string => `Cannot ${intents[method]}: ${why}`

const isWrite = (method: TelegramMethod): boolean => method === 'setWebhook' || method === 'deleteWebhook'

interface Row {
  status: number
  text?: RegExp
  errorClass: ErrorClass
  code: string
  remedy: string
}

const newToken = 'Put the token that @BotFather shows for this bot into the Secret.'
const tryAgain = 'None needed: it is tried again.'
const checkWebhook = 'Correct spec.telegram.webhook.'

/** First match wins. Texts are Telegram's own (tdlib/telegram-bot-api), without "Bad Request: " and the like. */
const table: readonly Row[] = [
  { status: 401, errorClass: 'Auth', code: 'unauthorized', remedy: newToken },
  { status: 404, text: /method not found/i, errorClass: 'Bug', code: 'method_not_found', remedy: 'Report this.' },
  { status: 404, errorClass: 'Auth', code: 'token_malformed', remedy: newToken },
  { status: 421, errorClass: 'Auth', code: 'token_not_allowed', remedy: 'Allow this bot on the local Bot API server.' },
  {
    status: 400,
    text: /logged out/i,
    errorClass: 'Auth',
    code: 'logged_out',
    remedy:
      'The bot was logged out of the cloud Bot API (logOut): log it out of the local server, then wait 10 minutes.',
  },
  {
    status: 400,
    text: /failed to resolve host|temporary failure/i,
    errorClass: 'Transient',
    code: 'resolve_failed',
    remedy: 'Check that the webhook host has a DNS record; it is tried again.',
  },
  {
    status: 400,
    text: /certificate/i,
    errorClass: 'InvalidSpec',
    code: 'certificate_rejected',
    remedy: 'Provide a PEM certificate that Telegram can read.',
  },
  {
    status: 400,
    text: /on ports 80, 88, 443/i,
    errorClass: 'InvalidSpec',
    code: 'port_rejected',
    remedy: 'Choose 443, 80, 88 or 8443 as webhook port.',
  },
  {
    status: 400,
    text: /\bIP address\b|IPv6-only/i,
    errorClass: 'InvalidSpec',
    code: 'address_rejected',
    remedy: 'The webhook needs a public IPv4 address.',
  },
  {
    status: 400,
    text: /bad webhook|webhook URL/i,
    errorClass: 'InvalidSpec',
    code: 'bad_webhook',
    remedy: checkWebhook,
  },
  { status: 400, text: /secret token/i, errorClass: 'InvalidSpec', code: 'bad_secret_token', remedy: checkWebhook },
  {
    status: 409,
    text: /other setWebhook/i,
    errorClass: 'Transient',
    code: 'concurrent_set_webhook',
    remedy: 'Make sure that nothing else sets the webhook of this bot; it is tried again.',
  },
  {
    status: 409,
    errorClass: 'Conflict',
    code: 'foreign_conflict',
    remedy: 'Another program uses this bot (getUpdates): stop it, or revoke the token with @BotFather.',
  },
  { status: 429, errorClass: 'Throttled', code: 'too_many_requests', remedy: tryAgain },
]

/** Telegram said no: its own answer, already parsed. */
export interface Refusal {
  status: number
  /** Scrubbed of secrets by the caller. */
  description: string
  retryAfter?: Duration | undefined
}

function rowFor(method: TelegramMethod, { status, description }: Refusal): Omit<Row, 'status' | 'text'> {
  const known = table.find((row) => row.status === status && (row.text === undefined || row.text.test(description)))
  if (known !== undefined) return known
  if (status >= 500) return { errorClass: 'Transient', code: 'server_error', remedy: tryAgain }
  if (status === 400 && method === 'setWebhook') {
    return { errorClass: 'InvalidSpec', code: 'bad_request', remedy: checkWebhook }
  }
  return { errorClass: 'Bug', code: `refused_${status}`, remedy: 'Report this.' }
}

/** The one place where an answer `{"ok": false}` gets its class. */
export function refused(method: TelegramMethod, refusal: Refusal): TelegramError {
  const { errorClass, code, remedy } = rowFor(method, refusal)
  const throttled = errorClass === 'Throttled'
  return new TelegramError(cannot(method, refusal.description || `Telegram answered ${refusal.status}`), {
    errorClass,
    code,
    remedy,
    status: refusal.status,
    retryAfter: refusal.retryAfter ?? (throttled ? seconds(1) : undefined),
    // A refusal of setWebhook still removes the webhook that was there, so it is known not to be set; 5xx says nothing.
    outcomeUnknown: refusal.status >= 500 && isWrite(method),
  })
}

/** An answer that is not the Bot API's: a proxy's page, garbage, nothing. It proves nothing about token or webhook. */
export function unexpectedAnswer(method: TelegramMethod, why: string, status: number): TelegramError {
  return new TelegramError(cannot(method, `Telegram answered ${status} with ${why}`), {
    errorClass: 'Transient',
    code: 'unexpected_answer',
    remedy: tryAgain,
    status,
    outcomeUnknown: isWrite(method),
  })
}

/** No answer at all. `sent` is false only when the request is known never to have reached Telegram. */
export function unreachable(method: TelegramMethod, o: { code: 'timeout' | 'network'; why: string; sent: boolean }) {
  return new TelegramError(cannot(method, o.why), {
    errorClass: 'Transient',
    code: o.code,
    remedy: 'Check that the operator can reach the Telegram endpoint; it is tried again.',
    outcomeUnknown: o.sent && isWrite(method),
  })
}

/** Refused by us before any call, because an invalid setWebhook removes the webhook that is there. */
export function invalidSettings(why: string): TelegramError {
  return new TelegramError(cannot('setWebhook', why), {
    errorClass: 'InvalidSpec',
    code: 'invalid_settings',
    remedy: checkWebhook,
  })
}

/** Refused by us before any call: a malformed token would only cost a place in Telegram's limit for new tokens. */
export function malformedToken(): TelegramError {
  return new TelegramError('Cannot use the bot token: it does not look like 123456789:AA…', {
    errorClass: 'Auth',
    code: 'token_malformed',
    remedy: newToken,
  })
}
