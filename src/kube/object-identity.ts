// Whether something that the API server sent is an object at all. Whoever keeps it needs its name, uid and version.

interface Metadata {
  readonly name?: unknown
  readonly uid?: unknown
  readonly resourceVersion?: unknown
}

const metadataOf = (value: unknown): Metadata => (value as { metadata?: Metadata } | null | undefined)?.metadata ?? {}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

/** Enough for a bookmark, which stands for no object. */
export const hasVersion = (value: unknown): boolean => isText(metadataOf(value).resourceVersion)

export function hasIdentity(value: unknown): boolean {
  const { name, uid } = metadataOf(value)
  return isText(name) && isText(uid) && hasVersion(value)
}
