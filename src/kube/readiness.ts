// What keeps the operator from its work, one line each: Projects that cannot be listed, or rights that are missing.

import { type Clock, type Duration, deadline, seconds } from '../clock.ts'
import { describeMissing, missingRights, type Right } from './rights.ts'
import type { Transport } from './transport.ts'
import { watchRemedy } from './watch-remedy.ts'

export interface ReadinessDeps {
  /** The watch on Projects. */
  readonly cache: { readonly synced: boolean; readonly lastError: unknown }
  readonly transport: Transport
  readonly rights: readonly Right[]
  readonly clock: Clock
}

/** The kubelet gives a probe one second by default. */
const askLimit: Duration = seconds(0.8)

/** Asked by the kubelet every few seconds. Rights that were once complete are not asked about again: a pass would tell. */
export function createReadiness({ cache, transport, rights, clock }: ReadinessDeps): () => Promise<string[]> {
  let isComplete = false

  async function lacking(): Promise<readonly Right[]> {
    const limit = deadline(clock, askLimit)
    try {
      const missing = await missingRights(transport, rights, limit.signal)
      isComplete = missing.length === 0
      return missing
    } catch {
      // The API server did not say, so nothing is known to be missing: it is asked again with the next probe.
      return []
    } finally {
      limit.release()
    }
  }

  return async () => {
    const { synced, lastError } = cache
    if (!synced) return [`Projects have not been listed yet. ${lastError === undefined ? '' : watchRemedy(lastError)}`]
    return isComplete ? [] : (await lacking()).map(describeMissing)
  }
}
