// Reads an answer to its end and decides what it is: a complete, well-formed 2xx, or a typed error. A body that cannot be
// read is never replaced by a default value.

import { type Duration, seconds } from '../../../clock.ts'
import { classify, preciseCode } from '../classification.ts'
import { HcloudError, type HcloudErrorFields, type RateLimit } from '../errors.ts'
import type { Answer, Call, Handler, WireResponse } from '../exchange.ts'
import { readText } from '../read-text.ts'
import { withoutToken } from '../redaction.ts'
import { parseFailure } from '../vendor-failure.ts'
import { NotSent } from './send.ts'

/** A page of fifty servers is about half a megabyte. */
const longestBody = 8 * 1024 * 1024

export function interpret({ redact }: { redact: (text: string) => string }) {
  return (next: Handler<WireResponse>): Handler<Answer> =>
    async function interpreted(call) {
      const clean = (text: string) => redact(withoutToken(text, call.connection.token))
      let wire: WireResponse | undefined
      try {
        wire = await next(call)
        return judge(call, wire, await readText(wire.body, longestBody))
      } catch (error) {
        const verdict = error instanceof Refused ? error.verdict : unanswered(call, error)
        throw toError({ call, wire, verdict, clean })
      }
    }
}

type Verdict = Omit<HcloudErrorFields, 'message'> & { reason: string }

/** Carries a verdict out of `judge`; never leaves this file. */
class Refused extends Error {
  readonly verdict: Verdict
  constructor(verdict: Verdict) {
    super(verdict.code)
    this.verdict = verdict
  }
}

interface Judged {
  call: Call
  wire: WireResponse | undefined
  verdict: Verdict
  clean: (text: string) => string
}

/** Our own words around the vendor's, and the vendor's without anything secret. No cause: it could quote a header. */
function toError({ call, wire, verdict: { reason, ...fields }, clean }: Judged): HcloudError {
  const { fields: names, limits } = fields.details ?? {}
  return new HcloudError({
    ...fields,
    message: `Cannot ${call.method} ${call.route} at Hetzner: ${clean(reason)}`,
    status: wire?.status,
    correlationID: correlationID(wire, call),
    rateLimit: rateLimit(wire),
    retryAfter: toldToWait(wire) ?? fields.retryAfter,
    details: fields.details && {
      ...(names && { fields: names.map(clean) }),
      ...(limits && { limits: limits.map(clean) }),
    },
  })
}

function judge(call: Call, wire: WireResponse, text: string): Answer {
  const isSuccess = wire.status >= 200 && wire.status < 300
  if (wire.status === 204) return { status: 204, text: '', rateLimit: rateLimit(wire) }
  const json = parseJson(text)
  if (!isSuccess) throw new Refused(refused(call, wire.status, json))
  if (json === undefined) throw new Refused(unreadable(call, 'the answer is not the JSON that it should be'))
  return { status: wire.status, text, rateLimit: rateLimit(wire) }
}

const tryAgain = 'Nothing to do: it is tried again.'

/** No answer, or only the beginning of one. */
function unanswered(call: Call, cause: unknown): Verdict {
  const outcomeUnknown = !call.isRead && !(cause instanceof NotSent)
  const passing = { errorClass: 'Transient' as const, remedy: tryAgain, outcomeUnknown }
  if (!call.signal.aborted && !(cause instanceof NotSent)) {
    return { ...passing, code: 'network_error', reason: networkReason(cause) }
  }
  const timedOut = !call.signal.aborted || nameOf(call.signal.reason) === 'TimeoutError'
  if (timedOut) return { ...passing, code: 'timed_out', reason: 'no complete answer in time' }
  return { ...passing, code: 'aborted', reason: 'the call was given up' }
}

function unreadable(call: Call, reason: string): Verdict {
  return {
    errorClass: 'Transient',
    code: 'unreadable_answer',
    remedy: tryAgain,
    outcomeUnknown: !call.isRead,
    reason,
  }
}

function refused(call: Call, status: number, json: unknown): Verdict {
  const failure = parseFailure(json)
  // HTML from a proxy proves nothing, whatever its status: a 404 without a code is not an absence.
  if (failure === undefined && status !== 429) return unreadable(call, `status ${status} without an error code`)
  const code = failure === undefined ? 'rate_limit_exceeded' : preciseCode(failure.code, failure.message)
  return {
    ...classify(code, status),
    code,
    // A refusal has had no effect; a server's trouble may have come after the effect (R8).
    outcomeUnknown: !call.isRead && status >= 500,
    details: failure?.details,
    reason: failure === undefined ? `status ${status}` : `${failure.message} (${code})`,
  }
}

/** undici hides the reason (a refused connection, a name that does not resolve) in the cause. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return /^[A-Z][A-Z0-9_]{2,39}$/.test(code) ? `no answer (${code})` : 'no answer'
}

const nameOf = (reason: unknown) => (reason instanceof Error ? reason.name : undefined)

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** 32 hex digits; anything else in that header is not worth the risk. */
function correlationID(wire: WireResponse | undefined, call: Call): string | undefined {
  const value = wire?.headers.get('x-correlation-id') ?? ''
  if (!/^[0-9a-f-]{8,36}$/i.test(value)) return undefined
  return call.connection.token.includes(value) ? undefined : value
}

/** They are the truth about the budget: other tools and other tokens spend from the same bucket. */
function rateLimit(wire: WireResponse | undefined): RateLimit | undefined {
  const limit = Number(wire?.headers.get('ratelimit-limit') ?? Number.NaN)
  const remaining = Number(wire?.headers.get('ratelimit-remaining') ?? Number.NaN)
  return limit > 0 && remaining >= 0 && Number.isFinite(limit)
    ? { limit, remaining: Math.min(remaining, limit) }
    : undefined
}

/** `Retry-After` in seconds: the vendor does not document it, a proxy in front of it may send it. At most an hour. */
function toldToWait(wire: WireResponse | undefined): Duration | undefined {
  const value = wire?.headers.get('retry-after') ?? ''
  return /^\d{1,6}$/.test(value) ? seconds(Math.min(Number(value), 3_600)) : undefined
}
