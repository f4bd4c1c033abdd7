// R11: before anything is declared absent, the token has just read something that this account is known to hold. A token
// of another Hetzner project would find nothing, too.

import { type Clock, type Duration, seconds } from '../../clock.ts'
import type { Api } from './client.ts'
import { HcloudError, isNotFound } from './errors.ts'
import { getFirewall } from './firewalls.ts'
import type { RecordedIDs } from './recorded-ids.ts'

/** A proof may serve those who ask within the next moments: fifty deletions at once need one, not fifty. */
const freshFor: Duration = seconds(2)

/** Whether this token can read one of the recorded ids. Throws when that could not be found out. */
export async function readsAnyOf(api: Api, recorded: RecordedIDs): Promise<boolean> {
  const { markerID, serverID, addressID } = recorded
  if (markerID !== undefined && (await exists(getFirewall(api, markerID)))) return true
  if (serverID !== undefined && (await exists(api.GET('/servers/{id}', { params: { path: { id: serverID } } }))))
    return true
  return addressID !== undefined && exists(api.GET('/primary_ips/{id}', { params: { path: { id: addressID } } }))
}

/** A 404 is no; every other failure is no answer. */
async function exists(reading: Promise<unknown>): Promise<boolean> {
  try {
    await reading
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}

export const hasAny = ({ markerID, serverID, addressID }: RecordedIDs): boolean =>
  [markerID, serverID, addressID].some((id) => id !== undefined)

export interface Proof {
  /** Throws HcloudError `account_unproven` when nothing known can be read. */
  prove(api: Api, candidates: readonly RecordedIDs[]): Promise<void>
}

/** One per token: a token's project never changes, but a token may be revoked at any moment. */
export function createProof(clock: Clock): Proof {
  let provenAt: Duration = Number.NEGATIVE_INFINITY

  return {
    async prove(api, candidates) {
      const known = candidates.filter(hasAny)
      // The marker comes before anything else and is recorded first: where no id is known, nothing was ever made.
      if (known.length === 0 || clock.monotonic() - provenAt < freshFor) return
      const asked = clock.monotonic()
      for (const recorded of known) {
        if (!(await readsAnyOf(api, recorded))) continue
        provenAt = asked
        return
      }
      throw unproven()
    },
  }
}

const unproven = () =>
  new HcloudError({
    errorClass: 'Auth',
    code: 'account_unproven',
    message: 'Cannot say what is absent at Hetzner: the token reads nothing that this account is known to hold',
    remedy: 'Put a token of the Hetzner project that holds this server into the Secret.',
  })
