// What the controller and the health checks see of a reflector.

/** A cache that is kept current in the background. */
export interface Cache {
  /** Keeps it current until the signal aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void>
  /** Resolves after the first full list; rejects with the signal's reason. */
  whenSynced(signal: AbortSignal): Promise<void>
  readonly synced: boolean
  /** Monotonic milliseconds of the last answer or event; a healthy watch shows a sign of life about every minute. */
  readonly lastActivity: number
  /** The last version seen, bookmarks included; undefined before the first list. */
  readonly resourceVersion: string | undefined
  /** Why it is not current; undefined while all is well. */
  readonly lastError: unknown
}
