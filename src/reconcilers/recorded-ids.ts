// The ids that prove an account: a token that can read none of them reaches another one (R5).

import type { RecordedIDs } from '../providers/hcloud/recorded-ids.ts'
import type { Pass } from './pass.ts'

export function recordedIDs({ draft: { account, server, address } }: Pass): RecordedIDs {
  return { markerID: account?.markerID, serverID: server?.id, addressID: address?.id }
}
