// A second origin of work beside the watch: whatever else may notice that a key needs a look.

export interface Source {
  /**
   * Begins to observe; calls `enqueue` with `namespace/name` until the signal aborts. Called once, after the caches have
   * synced. A returned promise that rejects is reported as a panic and ends only this source.
   */
  start(enqueue: (key: string) => void, signal: AbortSignal): void | Promise<void>
}
