// Every Hetzner project that the operator reaches, and which token reaches which.

import type { Account, Lane } from './account.ts'
import type { HcloudError } from './errors.ts'

/** Ids in a Project's status: they prove the account (R5), never existence. */
export interface RecordedIDs {
  markerID?: number | undefined
  serverID?: number | undefined
  addressID?: number | undefined
}

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
