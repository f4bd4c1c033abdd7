// What a process is in an election, and what is told of it.

import type { Duration } from '../../clock.ts'
import type { Lease } from './lease-record.ts'

export type LeaderState =
  /** Somebody else leads, or nobody yet. */
  | { readonly kind: 'following'; readonly record: SeenRecord | undefined }
  /**
   * `since`: when the leadership began. `renewedAt`: when the last renewal that succeeded was begun: others count from its
   * arrival, which was later. `lease` undefined: it is to be read again. All times are our own monotonic ones.
   */
  | {
      readonly kind: 'leading'
      readonly since: Duration
      readonly renewedAt: Duration
      readonly lease: Lease | undefined
    }
  /** For good: a process that has lost a lease ends. */
  | { readonly kind: 'lost'; readonly why: string }

/** A record of others, as long as it does not change. */
export interface SeenRecord {
  readonly fingerprint: string
  readonly since: Duration
  readonly duration: Duration
  readonly isFree: boolean
}

/** What to be from now on, and when to look again: a monotonic time. */
export interface Next {
  readonly state: LeaderState
  readonly at: Duration
}

/** For logs and metrics. */
export type LeaderEvent =
  | { readonly kind: 'following'; readonly holder: string }
  | { readonly kind: 'leading' }
  | { readonly kind: 'lost'; readonly why: string }
  | { readonly kind: 'released' }
  /** A call failed; it is made again. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** A renewal was refused, because somebody has written the Lease: it is read again. */
  | { readonly kind: 'overtaken' }
  /** What the Lease holds makes no sense; it is used all the same. */
  | { readonly kind: 'odd'; readonly what: string }
