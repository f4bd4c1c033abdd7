// The faults that stand before one world: they are asked at each request and decide what becomes of it.

import type { Clock } from './clock.ts'
import type { Fault } from './fault.ts'
import { answerUnder, type Verdict } from './fault-answer.ts'
import { parseFault } from './fault-plan.ts'
import { createTally, type Tally } from './fault-tally.ts'
import type { Handler } from './handler.ts'
import { seededStream } from './random.ts'
import { type RequestLine, routeMatcher } from './route-pattern.ts'

export interface ListedFault {
  id: number
  fault: Fault
  /** How many requests it has hit. */
  hits: number
}

export interface Faults {
  /**
   * Its time starts now. Throws a RangeError that says what must hold when it is malformed.
   * @param random Uniform in [0, 1), for its `chance`; by default a stream of its own, from the seed and its id.
   */
  add(fault: Fault, random?: () => number): number
  remove(id: number): boolean
  clear(): void
  /** Those that can still hit. */
  list(): readonly ListedFault[]
  /** Counts this request with every fault that matches it, and says what is to become of it. No waiting, no effect. */
  decide(request: RequestLine): Verdict
  /** To be told of each request when it has been answered or has failed; `wrap` does so. */
  ended(request: RequestLine): void
  /** Hears of the ends of requests; the result stops that. */
  onEnded(listener: (request: RequestLine) => void): () => void
  /** Decides on, and carries out, each request of a handler. */
  wrap(handler: Handler): Handler
}

export interface FaultsDeps {
  clock: Clock
  /** The same seed, faults and requests give the same hits; 1 by default. */
  seed?: number
  /** Taken off the front of a path before it is compared, for instance `/v1`. */
  basePath?: string
}

interface Entry {
  id: number
  fault: Fault
  tally: Tally
  matches(request: RequestLine): boolean
}

/** Times of `held` and of `late` add up; of the other kinds the first that matches, in the order they were added, decides. */
export function createFaults({ clock, seed = 1, basePath = '' }: FaultsDeps): Faults {
  const entries = new Map<number, Entry>()
  const listeners = new Set<(request: RequestLine) => void>()
  let lastID = 0

  const standing = (): Entry[] => {
    for (const { id, tally } of entries.values()) if (tally.isSpent()) entries.delete(id)
    return [...entries.values()]
  }

  const lineOf = ({ method, path: target }: RequestLine): RequestLine => {
    const path = target.split('?', 1)[0] ?? ''
    return { method, path: path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path }
  }

  function decide(request: RequestLine): Verdict {
    const verdict: Verdict = { held: 0, late: 0, fault: undefined }
    const line = lineOf(request)
    for (const { fault, tally, matches } of standing()) {
      if (matches(line) && tally.match() && join(verdict, fault)) tally.hit()
    }
    return verdict
  }

  function ended(request: RequestLine): void {
    const line = lineOf(request)
    for (const listener of listeners) listener(line)
  }

  return {
    decide,
    ended,
    add(raw, random) {
      const parsed = parseFault(raw)
      if (!parsed.ok) throw new RangeError(`Cannot add the fault: ${parsed.problems.join('; ')}`)
      const fault = parsed.value
      lastID += 1
      const tally = createTally(fault, { clock, random: random ?? seededStream(seed, lastID) })
      entries.set(lastID, { id: lastID, fault, tally, matches: routeMatcher(fault.route) })
      return lastID
    },
    remove: (id) => entries.delete(id),
    clear: () => entries.clear(),
    list: () => standing().map(({ id, fault, tally }) => ({ id, fault, hits: tally.hits() })),
    onEnded(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    wrap: (handler) => async (request) => {
      const line = { method: request.method, path: new URL(request.url).pathname }
      try {
        return await answerUnder(decide(line), { handler, request, clock })
      } finally {
        ended(line)
      }
    },
  }
}

/** Whether the fault has a part in what becomes of the request. */
function join(verdict: Verdict, fault: Fault): boolean {
  if (fault.kind === 'held') verdict.held += fault.ms ?? Infinity
  else if (fault.kind === 'late') verdict.late += fault.ms ?? Infinity
  else if (verdict.fault === undefined) verdict.fault = fault
  else return false
  return true
}
