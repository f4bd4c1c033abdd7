// One holder's way into an account: its token's connection, and the rules about what its calls may prove and make stale.

import type { Lane, WriteOptions } from './account.ts'
import type { Api, CallOptions } from './client.ts'
import { isHcloudError } from './errors.ts'
import type { WriteLog } from './write-log.ts'

export interface Reach {
  api(options: CallOptions): Api
  /** Selects what carries this uid in this cluster. */
  selectorOf(uid: string): string
  /** R11: the token has just read something that the account is known to hold; throws `account_unproven`. */
  prove(options: CallOptions): Promise<void>
  readonly writes: WriteLog
}

/** Lanes of reads whose caller does not say: a pass that looks at its own things is more urgent than a sweep. */
export const readLane: Lane = 'repair'

/** Runs a write and notes its beginning and end, so that no older list speaks for its Project (R12). */
export async function write<T>(reach: Reach, options: WriteOptions, run: (api: Api) => Promise<T>): Promise<T> {
  const ended = reach.writes.begin(options.holder)
  try {
    const result = await run(reach.api(options))
    ended({ unknown: false })
    return result
  } catch (error) {
    ended({ unknown: !isHcloudError(error) || error.outcomeUnknown })
    throw error
  }
}
