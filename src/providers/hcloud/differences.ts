// What has changed between two looks at the same list, by the Project that it belongs to.

export interface TwoLooks<T> {
  before: ReadonlyMap<number, T>
  after: ReadonlyMap<number, T>
  /** Equal prints = nothing that anybody acts on has changed. */
  print(item: T): string
  uidOf(item: T): string | undefined
  /** Told of each difference: undefined = not there. */
  onDifference?: ((before: T | undefined, after: T | undefined) => void) | undefined
}

/** Both uids count when an item has changed hands. */
export function differences<T>({ before, after, print, uidOf, onDifference }: TwoLooks<T>): ReadonlySet<string> {
  const changed = new Set<string>()
  const note = (item: T | undefined) => {
    const uid = item === undefined ? undefined : uidOf(item)
    if (uid !== undefined) changed.add(uid)
  }
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(id), after.get(id)]
    if (old !== undefined && now !== undefined && print(old) === print(now)) continue
    onDifference?.(old, now)
    note(old)
    note(now)
  }
  return changed
}
