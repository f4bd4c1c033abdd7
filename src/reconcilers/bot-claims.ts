// One webhook per bot, one writer per webhook: who holds which bot, across namespaces. The oldest Project wins, then the smaller uid.

export interface Claimant {
  uid: string
  /** RFC 3339, from the API server. */
  creationTimestamp: string
}

export interface BotClaims {
  /**
   * Claims the bot, in one synchronous step, and says whether the claimant now holds it. Call it only after getMe has proven the
   * token, or for a bot that the Project's own status records: `<somebody's bot id>:junk` must not block somebody.
   */
  claim(botID: number, claimant: Claimant): boolean
  /** Whether this Project claims any bot, with or without success. */
  holds(uid: string): boolean
  /** Gives up all that a Project claims: it was deleted, or names another bot now. */
  release(uid: string): void
}

const isOlder = (a: Claimant, b: Claimant): boolean =>
  a.creationTimestamp === b.creationTimestamp ? a.uid < b.uid : a.creationTimestamp < b.creationTimestamp

export function createBotClaims(): BotClaims {
  const claimants = new Map<number, Map<string, Claimant>>()
  const botOf = new Map<string, number>()

  function release(uid: string): void {
    const botID = botOf.get(uid)
    if (botID === undefined) return
    botOf.delete(uid)
    const holders = claimants.get(botID)
    holders?.delete(uid)
    if (holders?.size === 0) claimants.delete(botID)
  }

  return {
    claim(botID, claimant) {
      if (botOf.get(claimant.uid) !== botID) release(claimant.uid)
      botOf.set(claimant.uid, botID)
      const holders = claimants.get(botID) ?? new Map<string, Claimant>()
      claimants.set(botID, holders.set(claimant.uid, claimant))
      return [...holders.values()].every((other) => other.uid === claimant.uid || isOlder(claimant, other))
    },
    holds: (uid) => botOf.has(uid),
    release,
  }
}
