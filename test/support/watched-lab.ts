// A lab in which every version of every Project is kept, and every secret is looked for afterwards.

import { type Canary, releaseCanary } from './canary.ts'
import { type History, recordHistory } from './history.ts'
import { startTestLab, type TestLab, type TestLabOptions } from './test-lab.ts'

export interface WatchedLab {
  lab: TestLab
  history: History
  canary: Canary
  stop(): Promise<void>
}

/** Rejects as startTestLab does. */
export async function startWatchedLab(options: TestLabOptions = {}): Promise<WatchedLab> {
  const lab = await startTestLab(options)
  const history = recordHistory(lab.api)
  const canary = releaseCanary(lab, history)
  return {
    lab,
    history,
    canary,
    async stop() {
      await canary.stop()
      await history.stop()
      await lab.stop()
    },
  }
}
