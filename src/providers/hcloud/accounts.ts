// Every Hetzner project that the operator reaches, by the tokens that open them.

import type { Clock, Duration } from '../../clock.ts'
import type { Account, Lane } from './account.ts'
import type { HcloudError } from './errors.ts'
import type { Fetch } from './exchange.ts'
import type { HcloudMetrics } from './handlers/measure.ts'
import type { Identity } from './identity.ts'
import type { AccountIntervals } from './intervals.ts'
import type { RecordedIDs } from './recorded-ids.ts'

export interface OpenOptions {
  token: string
  /** Project uid. */
  holder: string
  recorded: RecordedIDs
  signal: AbortSignal
  /** For the calls that this needs; default `create`. Deletions say `delete`. */
  lane?: Lane
}

export type Opened =
  | { kind: 'opened'; account: Account }
  | { kind: 'rejected'; reason: 'TokenRejected' | 'TokenReadOnly'; error?: HcloudError }
  /** The token can read none of the recorded ids: it belongs to another Hetzner project. */
  | { kind: 'changed' }

export interface HcloudAccounts {
  /**
   * The account that a token reaches, as this holder sees it. Makes no call when a recent sweep has proven the token
   * and the recorded marker is that account's. Throws HcloudError when Hetzner could not be read.
   */
  open(options: OpenOptions): Promise<Opened>
  /** Forgets a holder; its token and account are forgotten with the last holder that refers to them. */
  release(holder: string): void
  /** Lets sweeps and action polls run, while there are holders, until the signal aborts. */
  start(signal: AbortSignal): void
  /** Ends every timer. Calls in flight end by their own deadline. */
  stop(): void
}

export interface AccountsDeps {
  /** Base address, `/v1` included. */
  endpoint: string
  /** undici's fetch with its dispatcher. */
  fetch: Fetch
  /** R3: how long a call that begins now may take, by the age of the lease; 0: none may begin. Without it, 10 s. */
  allowance?: () => Duration
  clock: Clock
  /** 0 ≤ n < 1. */
  random: () => number
  identity: Identity
  intervals: AccountIntervals
  /** Share of the request budget that is left to other tools. */
  budgetReserve: number
  redact: (text: string) => string
  /** Something of this Project has changed at Hetzner, an action of it has ended, or its token was refused. */
  onChange(uid: string): void
  metrics?: HcloudMetrics
}
