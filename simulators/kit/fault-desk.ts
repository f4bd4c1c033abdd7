// Where a fault plan is taken up: each fault goes to the world it belongs to, at once or when the request that it waits for
// has been answered.

import type { Clock } from './clock.ts'
import type { HandChange, Mood, PlannedFault, Start, WatchFault, World, WorldFault } from './fault.ts'
import type { FaultPlan } from './fault-plan.ts'
import type { Faults } from './faults.ts'
import { seededStream } from './random.ts'
import { routeMatcher } from './route-pattern.ts'

export interface DeskEntry {
  id: number
  fault: PlannedFault
  /** `waiting`: the request it comes after has not been answered. `over`: it can never hit again. */
  state: 'waiting' | 'begun' | 'over'
  /** How many requests, creates, actions or boots it has hit; of a change by hand, how many things it has changed. */
  hits: number
  /** Why a change by hand could not be made. */
  problem?: string
}

export interface FaultDesk {
  /**
   * The time of the plan starts now. Returns the ids of its faults, in their order; `undefined` for one that belongs to, or
   * waits for, a world that is not here: a plan may be shared with a proxy that stands before the Kubernetes API.
   */
  take(plan: FaultPlan): (number | undefined)[]
  list(): readonly DeskEntry[]
  remove(id: number): boolean
  /** Takes back everything that was ever taken up; what it did stays done. */
  clear(): void
}

/** A fault whose time has started. */
export interface Begun {
  hits(): number
  isSpent(): boolean
  remove(): void
  problem?(): string | undefined
}

export interface FaultDeskDeps {
  /** The worlds that are here. */
  requests: Partial<Record<World, Faults>>
  /** Starts the time of what is no matter of requests; `undefined` where there is no such world. */
  begin(fault: WorldFault | WatchFault | Mood | HandChange, random: () => number): Begun | undefined
}

interface Entry {
  fault: PlannedFault
  begun: Begun | undefined
  stopWaiting(): void
}

export function createFaultDesk({ requests, begin }: FaultDeskDeps): FaultDesk {
  const entries = new Map<number, Entry>()
  let lastID = 0

  const isHere = (fault: PlannedFault): boolean =>
    [fault.after?.world, 'world' in fault ? fault.world : undefined].every(
      (world) => world === undefined || requests[world] !== undefined,
    )

  function beginOne({ after, ...fault }: PlannedFault, random: () => number): Begun | undefined {
    if (!('world' in fault)) return begin(fault, random)
    const { world, ...rest } = fault
    const placed = requests[world]?.place(rest, random)
    return placed && { hits: placed.tally.hits, isSpent: placed.tally.isSpent, remove: placed.remove }
  }

  function takeOne(fault: PlannedFault, random: () => number): number | undefined {
    if (!isHere(fault)) return undefined
    const entry: Entry = { fault, begun: undefined, stopWaiting: () => {} }
    if (fault.after === undefined) {
      entry.begun = beginOne(fault, random)
      if (entry.begun === undefined) return undefined
    } else {
      entry.stopWaiting = onNth(requests, fault.after, () => {
        entry.begun = beginOne(fault, random)
      })
    }
    lastID += 1
    entries.set(lastID, entry)
    return lastID
  }

  function remove(id: number): boolean {
    const entry = entries.get(id)
    entry?.stopWaiting()
    entry?.begun?.remove()
    return entries.delete(id)
  }

  return {
    take: ({ seed = 1, faults }) => faults.map((fault, index) => takeOne(fault, seededStream(seed, index + 1))),
    list: () => [...entries].map(([id, entry]) => shown(id, entry)),
    remove,
    clear: () => [...entries.keys()].forEach(remove),
  }
}

/** Acts when the nth matching request from now on has been answered or has failed; the result takes that back. */
function onNth(
  requests: FaultDeskDeps['requests'],
  { world, route, nth = 1 }: NonNullable<Start['after']>,
  act: () => void,
): () => void {
  const matches = routeMatcher(route)
  let seen = 0
  const stop = requests[world]?.onEnded((line) => {
    if (!matches(line)) return
    seen += 1
    if (seen < nth) return
    stop?.()
    act()
  })
  return () => stop?.()
}

function shown(id: number, { fault, begun }: Entry): DeskEntry {
  if (begun === undefined) return { id, fault, state: 'waiting', hits: 0 }
  const problem = begun.problem?.()
  const state = begun.isSpent() ? 'over' : 'begun'
  return { id, fault, state, hits: begun.hits(), ...(problem !== undefined && { problem }) }
}

export interface HandDeps {
  clock: Clock
  /** Returns how many things it has changed. A rejection says why it could not. */
  act(): number | Promise<number>
}

/** A change by hand: once, `from` seconds from now. */
export function beginByHand({ from = 0 }: { from?: number }, { clock, act }: HandDeps): Begun {
  let hits = 0
  let isSpent = false
  let problem: string | undefined
  const run = async () => {
    isSpent = true
    try {
      hits = await act()
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
    }
  }
  const remove = clock.schedule(from * 1_000, () => void run())
  return { hits: () => hits, isSpent: () => isSpent, remove, problem: () => problem }
}
