// Calls to the API server over HTTP/1.1: deadline, retries and typed errors, in one place.

import { type Clock, type Duration, deadline, seconds, sleep } from '../clock.ts'
import { type Fence, openFence } from '../leadership/fence.ts'
import { readAnswer, readError } from './answer.ts'
import { isApiError } from './api-error.ts'
import { retryPause } from './call-retry.ts'
import type { ClusterAccess } from './cluster-access.ts'
import { ConnectionError, toConnectionError } from './connection-error.ts'
import { createExchange, hostOf, type SentCall } from './exchange.ts'

export interface StreamOptions {
  /** From the root of the server, e.g. `/api/v1/namespaces/kube-system`. */
  readonly path: string
  /** Members that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined
  readonly signal?: AbortSignal | undefined
  /** For the whole call with its retries, or until a stream begins; 10 s by default. */
  readonly timeout?: Duration | undefined
}

export interface RequestOptions extends StreamOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON. */
  readonly body?: unknown
  readonly contentType?: string | undefined
  /** For Secrets: what the server says about the content stays out of error texts. */
  readonly isSensitive?: boolean | undefined
  /** The caller has a loop of its own: of refusals only 429 is repeated here, which is about load and not about an outage. */
  readonly isRepeatedByCaller?: boolean | undefined
  /** `lease`: over a socket of its own and past the fence, because the fence is made of it; by default `calls`. */
  readonly lane?: 'calls' | 'lease' | undefined
}

/** Both reject with an ApiError, a ConnectionError, or the reason of the caller's signal. */
export interface Transport {
  /** `T` is the caller's word for what the path answers; it is not checked. */
  request<T>(options: RequestOptions): Promise<T>
  /** The bytes of a long answer. The connection ends when the consumer stops or the signal aborts. */
  stream(options: StreamOptions): Promise<AsyncIterable<Uint8Array>>
  /** Ends every connection. */
  close(): Promise<void>
}

export interface TransportDeps {
  readonly cluster: ClusterAccess
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** What bounds writes by the age of the lease; without it nothing but their deadline does. */
  readonly fence?: Fence
  readonly userAgent?: string
  /** Hears how each try ended, for metrics. */
  readonly onCall?: (call: SentCall) => void
  /** Hears how a try ended that is followed by another one. */
  readonly onRetry?: (call: SentCall) => void
  /** Hears how long a call took with its retries and its answer; not of streams, which last as long as they like. */
  readonly onEnded?: (call: EndedCall) => void
  /** Largest answer, in bytes. */
  readonly answerLimit?: number
}

export interface EndedCall extends Omit<SentCall, 'code'> {
  readonly durationMs: Duration
}

/** A page of 500 Projects is a few MiB; the largest object that etcd takes is 1.5 MiB. */
const defaultAnswerLimit = 64 * 1024 * 1024
const defaultTimeout = seconds(10)

export function createTransport(deps: TransportDeps): Transport {
  const { cluster, clock, random, userAgent = 'botyard', answerLimit = defaultAnswerLimit } = deps
  const fence = deps.fence ?? openFence
  const exchange = createExchange({ cluster, userAgent, onCall: deps.onCall })
  const host = hostOf(cluster.server)

  function callOf(options: RequestOptions): Call {
    const { method, path, timeout = defaultTimeout } = options
    const limit = isFenced(options) ? fence : openFence
    const allowed = limit === openFence ? timeout : Math.min(timeout, limit.allowance())
    const until = clock.monotonic() + allowed
    const mayBegin = () => clock.monotonic() < until && limit.allowance() > 0
    return { ...options, timeout, allowed, until, mayBegin, what: `${method} ${path}` }
  }

  const readingOf = (call: Call) => ({
    what: call.what,
    isSensitive: call.isSensitive ?? false,
    limit: answerLimit,
    clock,
  })

  async function attempt(call: Call, signal: AbortSignal): Promise<unknown> {
    const answer = await exchange.send({ ...call, lane: call.lane ?? 'calls', signal })
    return readAnswer(answer, readingOf(call))
  }

  async function withRetries(call: Call, signal: AbortSignal): Promise<unknown> {
    for (let count = 1; ; count++) {
      const outcome = await attempt(call, signal).then(
        (value) => ({ value }),
        (cause) => ({ error: explain(cause, call, signal) }),
      )
      if ('value' in outcome) return outcome.value
      const failed = { ...call, attempt: count, error: outcome.error, random }
      const pause = signal.aborted ? undefined : retryPause(failed)
      if (pause === undefined || clock.monotonic() + pause >= call.until) throw outcome.error
      deps.onRetry?.({ code: codeOf(outcome.error), method: call.method, host })
      await sleep(clock, pause, signal)
    }
  }

  async function open(call: Call, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const answer = await exchange.send({ ...call, lane: 'watches', signal })
    if (answer.statusCode !== 200) throw await readError(answer, readingOf(call))
    refuseOther(answer.headers['content-type'], call)
    return answer.body
  }

  return {
    async request<T>(options: RequestOptions) {
      const call = callOf(options)
      if (call.allowed <= 0) throw notLeading(call)
      const limit = deadline(clock, call.allowed, call.signal)
      const begun = clock.monotonic()
      const ended = () => {
        limit.release()
        deps.onEnded?.({ method: call.method, host, durationMs: clock.monotonic() - begun })
      }
      return (await withRetries(call, limit.signal).finally(ended)) as T
    },
    async stream(options) {
      const call = callOf({ ...options, method: 'GET' })
      const limit = deadline(clock, call.timeout)
      const signal = AbortSignal.any(call.signal ? [call.signal, limit.signal] : [limit.signal])
      // Once it has begun, only the caller's signal ends it: whoever reads knows how long a silence may be.
      const body = await open(call, signal)
        .catch((cause) => Promise.reject(explain(cause, call, signal)))
        .finally(limit.release)
      return explained(body, (cause) => explain(cause, call, signal))
    },
    close: exchange.close,
  }
}

interface Call extends RequestOptions {
  /** What was asked for; error texts say it, because they end up in a status and must not differ from call to call. */
  readonly timeout: Duration
  /** At most that; less when the lease has aged. */
  readonly allowed: Duration
  /** Monotonic time at which it is given up. */
  readonly until: Duration
  readonly mayBegin: () => boolean
  /** For error texts; without the query, which is long and says little. */
  readonly what: string
}

const codeOf = (error: unknown): string => (isApiError(error) ? String(error.status) : '<error>')

/** A page of a proxy may come slowly and without end; that it is none of ours is known before its first byte. */
function refuseOther(contentType: unknown, { what }: Call): void {
  if (typeof contentType !== 'string' || /^application\/json\b/i.test(contentType)) return
  throw new ConnectionError(`Cannot ${what}: the answer is not JSON`, { code: 'malformed' })
}

/** These groups answer questions and keep nothing, so a standby may ask them, too. */
const reviews = /^\/apis\/auth(entication|orization)\.k8s\.io\//

const isFenced = ({ method, path, lane }: RequestOptions): boolean =>
  method !== 'GET' && lane !== 'lease' && !reviews.test(path)

function notLeading({ what }: Call): ConnectionError {
  return new ConnectionError(`Cannot ${what}: the lease is not ours, or has not been renewed in time`, {
    code: 'unreachable',
  })
}

/** The caller's own abort comes back as it is; our deadline and everything from the network get a type. */
function explain(cause: unknown, call: Call, signal: AbortSignal): unknown {
  if (call.signal?.aborted) return call.signal.reason
  if (isApiError(cause)) return cause
  if (!signal.aborted) return toConnectionError(call.what, cause)
  return new ConnectionError(`Cannot ${call.what}: no answer within ${call.timeout} ms`, { code: 'timeout', cause })
}

async function* explained<T>(source: AsyncIterable<T>, explain: (cause: unknown) => unknown): AsyncGenerator<T, void> {
  try {
    yield* source
  } catch (cause) {
    throw explain(cause)
  }
}
