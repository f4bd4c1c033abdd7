// What a Project's status remembers of an account.

/** Ids in a Project's status: they prove the account (R5), never existence. */
export interface RecordedIDs {
  markerID?: number | undefined
  serverID?: number | undefined
  addressID?: number | undefined
}
