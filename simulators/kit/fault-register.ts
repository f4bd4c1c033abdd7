// Faults that stand in one place, each with its tally: which of them hits next.

import type { Clock } from './clock.ts'
import type { Count, Window } from './fault.ts'
import { createTally, type Tally } from './fault-tally.ts'
import { seededStream } from './random.ts'

export interface Standing<F> {
  readonly id: number
  readonly fault: F
  readonly tally: Tally
}

export interface FaultRegister<F> {
  /**
   * Its time starts now.
   * @param random Uniform in [0, 1), for its `chance`; by default a stream of its own, from the seed and its id.
   */
  add(fault: F, random?: () => number): Standing<F>
  remove(id: number): boolean
  clear(): void
  /** Those that can still hit, in the order they were added. */
  list(): readonly Standing<F>[]
  /** Counts a match with each of them that is meant, and a hit with the first that is due. */
  take(isMeant: (fault: F) => boolean): F | undefined
}

export function createFaultRegister<F extends Count & Window>({
  clock,
  seed = 1,
}: {
  clock: Clock
  /** The same seed, faults and matches give the same hits. */
  seed?: number
}): FaultRegister<F> {
  const all = new Map<number, Standing<F>>()
  let lastID = 0

  const list = (): readonly Standing<F>[] => {
    for (const { id, tally } of all.values()) if (tally.isSpent()) all.delete(id)
    return [...all.values()]
  }

  return {
    list,
    add(fault, random) {
      lastID += 1
      const tally = createTally(fault, { clock, random: random ?? seededStream(seed, lastID) })
      const standing = { id: lastID, fault, tally }
      all.set(lastID, standing)
      return standing
    },
    remove: (id) => all.delete(id),
    clear: () => all.clear(),
    take(isMeant) {
      const due = list().filter(({ fault, tally }) => isMeant(fault) && tally.match())
      due[0]?.tally.hit()
      return due[0]?.fault
    },
  }
}
