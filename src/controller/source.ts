// A second origin of work beside the watch: whatever else may notice that a key needs a look.

import type { Lane } from './queue/lanes.ts'

export interface Source {
  /**
   * Begins to observe; calls `enqueue` with a key until the signal aborts: in the low lane for what is no news of this
   * moment. Called once, after the caches have synced. A throw, or a returned promise that rejects, is reported as a panic
   * and ends only this source.
   */
  start(enqueue: (key: string, lane?: Lane) => void, signal: AbortSignal): void | Promise<void>
}
