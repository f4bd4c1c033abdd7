// What a follower tells its parent: when it has the list, and what it has used by now.

import { longestTurn } from './longest-turn.ts'

export interface Sample {
  /** Processor time of the whole process, ms: threads that collect garbage count, too. */
  cpu: number
  /** MB. */
  memory: number
  /** Bytes of the heap, after a collection when one was asked for. */
  heap: number
  changes: number
  /** Objects in its cache; 0 before the list is there. */
  objects: number
  /** Longest turn of the event loop until the list was there, ms; when it was asked to look. */
  turn: number | undefined
}

export type Question = 'start' | 'start and look at turns' | 'sample' | 'collect'

/** `start` is called when the parent says so, so that loading the modules does not count. */
export function report(start: (tell: { synced(objects: number): void; changed(): void }) => void): void {
  let changes = 0
  let objects = 0
  let turn: number | undefined
  const listed = Promise.withResolvers<void>()
  const tell = {
    synced(count: number) {
      objects = count
      listed.resolve()
    },
    changed() {
      changes += 1
    },
  }
  async function startAndLook(): Promise<void> {
    start(tell)
    turn = await longestTurn(listed.promise)
  }
  process.on('disconnect', () => process.exit(0))
  process.on('message', (question: Question) => {
    if (question === 'start') start(tell)
    if (question === 'start and look at turns') void startAndLook()
    if (question === 'collect') globalThis.gc?.()
    const { user, system } = process.cpuUsage()
    const { rss, heapUsed: heap } = process.memoryUsage()
    const used = { cpu: (user + system) / 1_000, memory: rss / 1e6, heap }
    process.send?.({ ...used, changes, objects, turn } satisfies Sample)
  })
}
