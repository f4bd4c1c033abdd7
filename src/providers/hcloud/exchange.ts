// What travels through the chain: one call on its way out, one answer on its way back.

import type { Duration } from '../../clock.ts'
import type { Lane } from './account.ts'
import type { Breaker } from './breaker.ts'
import type { Budget } from './budget.ts'
import type { HcloudError, RateLimit } from './errors.ts'

/** One token and what its calls share with the other calls of its account. */
export interface Connection {
  readonly token: string
  /** Undefined until the token's account is known. */
  readonly accountID: string | undefined
  readonly budget: Budget
  readonly breaker: Breaker
  /** Told what each answer says about the token. */
  learn(fact: TokenFact, error?: HcloudError): void
}

/** `accepted`: a call went through. `rejected`: 401. `readOnly`: a write was refused for lack of rights. */
export type TokenFact = 'accepted' | 'rejected' | 'readOnly'

export interface Call {
  readonly method: string
  readonly url: string
  /** The path with its ids taken out, as in `/servers/{id}`. */
  readonly route: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly isRead: boolean
  readonly lane: Lane
  readonly connection: Connection
  readonly signal: AbortSignal
  /** Monotonic time after which nothing may be sent any more (R3). */
  readonly sendBefore?: Duration
}

/** What came over the wire, unread. */
export interface WireResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: AsyncIterable<Uint8Array> | null
}

/** A complete answer: status 2xx and, unless it is empty by contract (204), well-formed JSON. */
export interface Answer {
  readonly status: number
  readonly text: string
  readonly rateLimit: RateLimit | undefined
}

export type Handler<Result> = (call: Call) => Promise<Result>

/** undici's fetch with its dispatcher fits, and so does a simulator behind a line of code. */
export type Fetch = (
  url: string,
  init: {
    method: string
    headers: Record<string, string>
    body?: string
    signal: AbortSignal
    /** A token must not follow a redirect to another host. */
    redirect: 'error'
    /** Monotonic time after which the request must not begin, not even when a socket is ready only then (R3). */
    sendBefore?: Duration
  },
) => Promise<WireResponse>
