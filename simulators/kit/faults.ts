// The faults that stand before one world: they are asked at each request and decide what becomes of it.

import type { Clock } from './clock.ts'
import type { Fault } from './fault.ts'
import { answerUnder, type Verdict } from './fault-answer.ts'
import { parseFault } from './fault-plan.ts'
import { createFaultRegister } from './fault-register.ts'
import type { Tally } from './fault-tally.ts'
import type { Handler } from './handler.ts'
import { type RequestLine, routeMatcher } from './route-pattern.ts'

export interface ListedFault {
  id: number
  fault: Fault
  /** How many requests it has hit. */
  hits: number
}

export interface Placed {
  readonly id: number
  readonly tally: Tally
  remove(): void
}

export interface Faults {
  /**
   * Its time starts now. Throws a RangeError that says what must hold when it is malformed.
   * @param random Uniform in [0, 1), for its `chance`; by default a stream of its own, from the seed and its id.
   */
  place(fault: Fault, random?: () => number): Placed
  /** The same, for those who only want its id. */
  add(fault: Fault): number
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

/** Times of `held` and of `late` add up; of the other kinds the first that matches, in the order they were added, decides. */
export function createFaults({ clock, seed = 1, basePath = '' }: FaultsDeps): Faults {
  const register = createFaultRegister<Fault>({ clock, seed })
  const matchers = new Map<string, ReturnType<typeof routeMatcher>>()
  const listeners = new Set<(request: RequestLine) => void>()

  function covers(route: string, line: RequestLine): boolean {
    const matcher = matchers.get(route) ?? routeMatcher(route)
    matchers.set(route, matcher)
    return matcher(line)
  }

  const lineOf = ({ method, path: target }: RequestLine): RequestLine => {
    const path = target.split('?', 1)[0] ?? ''
    return { method, path: path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path }
  }

  function decide(request: RequestLine): Verdict {
    const verdict: Verdict = { held: 0, late: 0, fault: undefined }
    const line = lineOf(request)
    for (const { fault, tally } of register.list()) {
      if (covers(fault.route, line) && tally.match() && join(verdict, fault)) tally.hit()
    }
    return verdict
  }

  function ended(request: RequestLine): void {
    const line = lineOf(request)
    for (const listener of listeners) listener(line)
  }

  function place(raw: Fault, random?: () => number): Placed {
    const parsed = parseFault(raw)
    if (!parsed.ok) throw new RangeError(`Cannot add the fault: ${parsed.problems.join('; ')}`)
    const { id, tally } = register.add(parsed.value, random)
    return { id, tally, remove: () => void register.remove(id) }
  }

  return {
    decide,
    ended,
    place,
    add: (fault) => place(fault).id,
    remove: register.remove,
    clear: register.clear,
    list: () => register.list().map(({ id, fault, tally }) => ({ id, fault, hits: tally.hits() })),
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
