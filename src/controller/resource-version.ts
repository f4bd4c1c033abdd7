// The order of resource versions of one kind. They are decimal numbers that outgrow a double; what is none has no order.

/** Written without leading zeros, so that the longer one is the larger one. */
const decimal = /^(0|[1-9]\d*)$/

/** Whether the first version stands for an earlier state than the second; false where nobody can tell. */
export function isOlder(version: string, than: string | undefined): boolean {
  if (than === undefined || !decimal.test(version) || !decimal.test(than)) return false
  return version.length === than.length ? version < than : version.length < than.length
}

/**
 * The server told something from before the resume point: the history behind it is another one now, as after etcd was
 * restored from a backup. Read by its shape, as a `WatchFailure`.
 */
export function wentBack(version: string, after: string): Error & { readonly code: 'went_back' } {
  const error = new Error(`Cannot follow the watch: version ${version} came after ${after}`)
  return Object.assign(error, { code: 'went_back' as const })
}
