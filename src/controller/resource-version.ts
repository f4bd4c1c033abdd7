// The order of resource versions of one kind. They are decimal numbers that outgrow a double; what is none has no order.

const decimal = /^\d+$/

/** Whether the first version stands for an earlier state than the second; false where nobody can tell. */
export function isOlder(version: string, than: string | undefined): boolean {
  if (than === undefined || !decimal.test(version) || !decimal.test(than)) return false
  return BigInt(version) < BigInt(than)
}

/**
 * The server told something from before the resume point: the history behind it is another one now, as after etcd was
 * restored from a backup. Read by its shape, as a `WatchFailure`.
 */
export function wentBack(version: string, after: string): Error & { readonly code: 'went_back' } {
  const error = new Error(`Cannot follow the watch: version ${version} came after ${after}`)
  return Object.assign(error, { code: 'went_back' as const })
}
