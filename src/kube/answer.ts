// Reads the answer of the API server: a value, or the error that it stands for, and never more bytes than expected.

import type { Clock, Duration } from '../clock.ts'
import { seconds } from '../clock.ts'
import { ApiError, type Cause } from './api-error.ts'
import { ConnectionError } from './connection-error.ts'

/** An answer as undici gives it. */
export interface Answer {
  readonly statusCode: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: AsyncIterable<Uint8Array>
}

export interface ReadOptions {
  /** Such as `GET /api/v1/…`, for error texts. */
  readonly what: string
  /** In bytes. */
  readonly limit: number
  readonly clock: Clock
  /** The server's own words may quote what was sent and are left out. */
  readonly isSensitive: boolean
}

/** Enough for a Status with many causes; a proxy's page is of no use anyway. */
const errorLimit = 64 * 1024
const messageLimit = 1_024

/** The parsed JSON of a 2xx; any other status throws an ApiError. */
export async function readAnswer(answer: Answer, options: ReadOptions): Promise<unknown> {
  if (answer.statusCode < 200 || answer.statusCode > 299) throw await readError(answer, options)
  const text = await readText(answer.body, options)
  try {
    return JSON.parse(text)
  } catch {
    // The parser's error quotes the text, which may be a Secret: not even as a cause.
    throw new ConnectionError(`Cannot ${options.what}: the answer is not JSON`, { code: 'malformed' })
  }
}

export async function readError(answer: Answer, options: ReadOptions): Promise<ApiError> {
  // A body that cannot be read changes nothing about the status that was.
  const text = await readText(answer.body, { ...options, limit: errorLimit }).catch(() => '')
  const header = retryAfterOf(answer.headers['retry-after'], options.clock)
  return toApiError(parseOrUndefined(text), { ...options, status: answer.statusCode, retryAfter: header })
}

interface StatusContext {
  readonly what: string
  readonly status: number
  readonly retryAfter?: Duration | undefined
  readonly isSensitive: boolean
}

interface Status {
  readonly kind?: string
  readonly code?: number
  readonly reason?: string
  readonly message?: string
  readonly details?: { readonly causes?: readonly Cause[]; readonly retryAfterSeconds?: number }
}

/** From a Status object, of an answer or of an ERROR event; anything else gives an error without a reason. */
export function toApiError(body: unknown, context: StatusContext): ApiError {
  const status = ((body as Status | null)?.kind === 'Status' ? body : {}) as Status
  const reason = status.reason ?? ''
  const told = status.details?.retryAfterSeconds
  const words = mayQuote(reason, context.isSensitive) ? status.message?.slice(0, messageLimit) : undefined
  return new ApiError(`Cannot ${context.what}: ${words ?? 'refused'} (${context.status}${reason && ` ${reason}`})`, {
    status: context.status,
    reason,
    causes: (status.details?.causes ?? []).map((cause) =>
      context.isSensitive ? { ...cause, message: undefined } : cause,
    ),
    retryAfter: context.retryAfter ?? (told === undefined ? undefined : seconds(told)),
  })
}

/** These speak of names and rights only, never of content. */
const harmlessReasons = new Set(['NotFound', 'AlreadyExists', 'Conflict', 'Forbidden', 'Unauthorized'])

const mayQuote = (reason: string, isSensitive: boolean): boolean => !isSensitive || harmlessReasons.has(reason)

async function readText(body: AsyncIterable<Uint8Array>, { what, limit }: ReadOptions): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > limit)
      throw new ConnectionError(`Cannot ${what}: the answer is over ${limit} bytes`, { code: 'too_large' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Seconds, or a date. */
function retryAfterOf(header: string | string[] | undefined, clock: Clock): Duration | undefined {
  if (typeof header !== 'string' || header.trim() === '') return undefined
  const count = Number(header)
  const after = Number.isNaN(count) ? Date.parse(header) - clock.now() : seconds(count)
  return Number.isFinite(after) ? Math.max(after, 0) : undefined
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
