// Faults that a test or a person switches on: a handler wrapped here answers late, wrongly, not at all, or acts unseen.

import { type Clock, sleep } from './clock.ts'
import { type Fault, problemOfFault, routeMatcher } from './fault.ts'
import { ConnectionLost, type Handler } from './handler.ts'

export interface ListedFault {
  id: number
  fault: Fault
  /** How many requests it has hit. */
  hits: number
}

export interface Faults {
  /** Throws a RangeError that says what must hold when the fault is malformed. */
  add(fault: Fault): number
  remove(id: number): boolean
  clear(): void
  list(): readonly ListedFault[]
  wrap(handler: Handler): Handler
}

export interface FaultsDeps {
  clock: Clock
  /** Uniform in [0, 1). */
  random(): number
  /** Taken off the front of a path before it is compared, for instance `/v1`. */
  basePath?: string
}

interface Entry extends ListedFault {
  matches(method: string, path: string): boolean
}

/** Delays add up; of the other kinds the first that matches, in the order they were added, decides. */
export function createFaults({ clock, random, basePath = '' }: FaultsDeps): Faults {
  const entries = new Map<number, Entry>()
  let lastID = 0

  const pathOf = (request: Request): string => {
    const { pathname } = new URL(request.url)
    return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : pathname
  }

  function spend(entry: Entry): Fault {
    entry.hits += 1
    if (entry.fault.times !== undefined && entry.hits >= entry.fault.times) entries.delete(entry.id)
    return entry.fault
  }

  function hit(request: Request): Fault[] {
    const path = pathOf(request)
    const due: Fault[] = []
    for (const entry of [...entries.values()]) {
      const decided = entry.fault.kind !== 'delay' && due.some(({ kind }) => kind !== 'delay')
      const hits = !decided && entry.matches(request.method, path) && random() < (entry.fault.chance ?? 1)
      if (hits) due.push(spend(entry))
    }
    return due
  }

  const late = async (ms: number): Promise<void> => (ms > 0 ? sleep(clock, ms) : undefined)

  return {
    add(fault) {
      const problem = problemOfFault(fault)
      if (problem !== undefined) throw new RangeError(`Cannot add fault: ${problem}`)
      lastID += 1
      entries.set(lastID, { id: lastID, fault, hits: 0, matches: routeMatcher(fault.route) })
      return lastID
    },
    remove: (id) => entries.delete(id),
    clear: () => entries.clear(),
    list: () => [...entries.values()].map(({ id, fault, hits }) => ({ id, fault, hits })),
    wrap: (handler) => async (request) => {
      const due = hit(request)
      await late(delayOf(due, 'before'))
      const response = await apply(
        due.find((fault) => fault.kind !== 'delay'),
        { handler, request },
      )
      await late(delayOf(due, 'after'))
      return response
    },
  }
}

async function apply(fault: Fault | undefined, on: { handler: Handler; request: Request }): Promise<Response> {
  const { handler, request } = on
  if (fault?.kind === 'noAnswer') return untilGone(request.signal)
  if (fault?.kind === 'status') return replaced(fault)
  const response = await handler(request)
  if (fault?.kind === 'lostAnswer') throw new ConnectionLost('The answer was lost on its way')
  if (fault?.kind === 'emptyBody') return new Response(null, { status: response.status })
  if (fault?.kind === 'wrongBody') return replaced({ status: response.status, ...fault })
  return response
}

const page = '<html><head><title>Bad gateway</title></head><body>nginx</body></html>'

function replaced(fault: {
  status: number
  body?: string
  contentType?: string
  headers?: Record<string, string>
}): Response {
  const headers = { 'content-type': fault.contentType ?? 'text/html', ...fault.headers }
  const bodiless = [204, 205, 304].includes(fault.status)
  return new Response(bodiless ? null : (fault.body ?? page), { status: fault.status, headers })
}

function untilGone(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function delayOf(faults: readonly Fault[], when: 'before' | 'after'): number {
  return faults.reduce(
    (sum, fault) => (fault.kind === 'delay' && (fault.when ?? 'before') === when ? sum + fault.ms : sum),
    0,
  )
}
