// One HTTP exchange with the Bot API under grammY: bounded, without redirects, and with errors that are already ours,
// so that neither the token in the URL nor the secret in the payload can travel in a foreign error.

import { buffer } from 'node:stream/consumers'
import { z } from 'zod'
import { type Clock, type Duration, seconds } from '../../clock.ts'
import { refused, type TelegramMethod, unexpectedAnswer, unreachable } from './telegram-error.ts'

/** The part of a fetch answer that is read: undici's and the global Response both have it. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: AsyncIterable<Uint8Array> | null
}

/** The part of fetch that is used; give undici's own, bound to a dispatcher. */
export type Fetch = (
  url: string,
  init: {
    method: string
    headers: Record<string, string>
    body: string | Uint8Array<ArrayBuffer>
    signal: AbortSignal
    redirect: 'manual'
    /** Monotonic time after which the request must not begin, not even when a socket is ready only then (R3). */
    sendBefore: Duration
  },
) => Promise<HttpAnswer>

/** What grammY hands to its `fetch` option. */
export interface GrammyRequest {
  method: string
  headers: Record<string, string>
  body: string | ReadableStream<Uint8Array>
  signal: AbortSignal
}

const largestAnswer = 64 * 1024

const envelope = z.union([
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error_code: z.int().min(400).max(599),
    description: z.string(),
    parameters: z.object({ retry_after: z.number().positive().optional() }).optional(),
  }),
])

/** Reads at most `largestAnswer` bytes; undefined when there is more. */
async function readText(body: AsyncIterable<Uint8Array> | null): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > largestAnswer) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseEnvelope(text: string): z.output<typeof envelope> | undefined {
  try {
    return envelope.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

const shortestEcho = 8

/**
 * Telegram's words without control characters, or nothing when they repeat any eight characters of a secret:
 * a proxy's page or a mistaken server may quote the request.
 */
export function scrub(text: string, secrets: readonly string[]): string {
  const quotes = (secret: string): boolean => {
    const window = Math.min(shortestEcho, secret.length)
    for (let at = 0; at + window <= secret.length; at++) {
      if (text.includes(secret.slice(at, at + window))) return true
    }
    return false
  }
  if (secrets.some((secret) => secret !== '' && quotes(secret))) return ''
  return text.replace(/\p{Cc}+/gu, ' ').slice(0, 300)
}

function describeBody(text: string | undefined): string {
  if (text === undefined) return `more than ${largestAnswer / 1024} KiB`
  if (text.trim() === '') return 'an empty body'
  return text.trimStart().startsWith('<') ? 'a web page instead of JSON' : "a body that is not the Bot API's"
}

/** Telegram's wait, in milliseconds: the body's number, else the header's. */
function retryAfter(inBody: number | undefined, header: string | null): number | undefined {
  const wait = inBody ?? (header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined)
  return wait === undefined ? undefined : seconds(wait)
}

/**
 * Makes the fetch for one call of grammY. It answers only with a proper `{"ok": true}`; everything else is thrown as
 * TelegramError (which grammY wraps once more, see `translate` in bot.ts).
 */
export function createExchange(o: {
  fetch: Fetch
  method: TelegramMethod
  secrets: readonly string[]
  clock: Clock
  /** R3: monotonic time, looked at right before the request goes out: a process that was frozen and thawed comes by here before its timers. */
  sendBefore: Duration
}) {
  return async (url: string, request: GrammyRequest): Promise<{ json(): Promise<unknown> }> => {
    // Collected, so that the length is known and nothing is half sent when the upload itself fails.
    const body = typeof request.body === 'string' ? request.body : new Uint8Array(await buffer(request.body))
    if (o.clock.monotonic() >= o.sendBefore)
      throw unreachable(o.method, { code: 'timeout', why: 'too late to begin', sent: false })
    const answer = await o.fetch(url, {
      method: request.method,
      headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
      body,
      signal: request.signal,
      sendBefore: o.sendBefore,
      redirect: 'manual', // the URL holds the token: it goes to no other place
    })
    const text = await readText(answer.body)
    const parsed = text === undefined ? undefined : parseEnvelope(text)
    if (parsed?.ok === true && answer.status === 200) return { json: async () => parsed }
    if (parsed?.ok !== false) throw unexpectedAnswer(o.method, describeBody(text), answer.status)
    throw refused(o.method, {
      status: parsed.error_code,
      description: scrub(parsed.description, o.secrets),
      retryAfter: retryAfter(parsed.parameters?.retry_after, answer.headers.get('retry-after')),
    })
  }
}
