// One holder's way into an account: its token's connection, and the rules about what its calls may prove and make stale.

import type { Lane, WriteOptions } from './account.ts'
import type { Api, CallOptions } from './client.ts'
import { isHcloudError } from './errors.ts'
import type { Listed, Writes } from './write-log.ts'

export interface Reach {
  api(options: CallOptions): Api
  /** Selects what carries this uid in this cluster. */
  selectorOf(uid: string): string
  /** R11: the token has just read something that the account is known to hold; throws `account_unproven`. */
  prove(options: CallOptions): Promise<void>
  readonly writes: Writes
}

/** Lanes of reads whose caller does not say: a pass that looks at its own things is more urgent than a sweep. */
export const readLane: Lane = 'repair'

/** What a write does to the lists that are kept. One that no kept list shows needs no noting. */
interface Effect {
  /** These say nothing of its Project any more. */
  outdates?: readonly Listed[]
  /** This one is brought up to date by the answer, which `run` merges in. */
  merges?: Listed
}

/** Runs a write and notes its beginning and end, so that no older list speaks for its Project (R12). */
export async function write<T>(
  reach: Reach,
  { outdates = [], merges, ...options }: WriteOptions & Effect,
  run: (api: Api) => Promise<T>,
): Promise<T> {
  const touched = merges === undefined ? outdates : [...outdates, merges]
  const ends = touched.map((listed) => ({ listed, ended: reach.writes[listed].begin(options.holder) }))
  try {
    const result = await run(reach.api(options))
    for (const { listed, ended } of ends) ended({ unknown: false, merged: listed === merges })
    return result
  } catch (error) {
    const unknown = !isHcloudError(error) || error.outcomeUnknown
    for (const { ended } of ends) ended({ unknown })
    throw error
  }
}
