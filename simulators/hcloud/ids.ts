// Ids: unique over all Hetzner projects and growing, from starting points as large as the real ones.

export type IDKind = 'server' | 'primaryIP' | 'firewall' | 'sshKey' | 'network' | 'volume' | 'placementGroup' | 'action'

const starts: Record<IDKind, number> = {
  server: 118_000_000,
  primaryIP: 104_000_000,
  firewall: 10_200_000,
  sshKey: 104_500_000,
  network: 11_600_000,
  volume: 104_100_000,
  placementGroup: 1_100_000,
  // Fifteen digits: beyond 32 bits, within what JavaScript counts exactly.
  action: 587_000_000_000_000,
}

/** Ids of one kind are consecutive: next actions follow the action before them. */
export function createIDs(random: () => number): (kind: IDKind) => number {
  const last = new Map<IDKind, number>()
  return (kind) => {
    const id = (last.get(kind) ?? starts[kind] + Math.floor(random() * 900_000)) + 1
    last.set(kind, id)
    return id
  }
}
