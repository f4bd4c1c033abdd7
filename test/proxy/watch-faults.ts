// Faults within the watches of the Kubernetes API, line by line, and lists from the past: what the one vocabulary has for
// what is longer than one exchange.

import { type Clock, sleep } from '../../simulators/kit/clock.ts'
import type { WatchFault } from '../../simulators/kit/fault.ts'
import { pageOfHTML } from '../../simulators/kit/fault-answer.ts'
import type { Begun } from '../../simulators/kit/fault-desk.ts'
import { createFaultRegister } from '../../simulators/kit/fault-register.ts'
import { ConnectionClosed } from '../../simulators/kit/handler.ts'
import { type RequestLine, routeMatcher } from '../../simulators/kit/route-pattern.ts'

export interface WatchFaults {
  /** Its time starts now. */
  begin(fault: WatchFault, random?: () => number): Begun
  /** What the client sees of a watch. Throws ConnectionClosed where the connection is to break off. */
  bend(lines: AsyncIterable<Uint8Array>, watch: Watch): AsyncGenerator<Uint8Array>
  /** How many revisions ago this list is to be of; undefined: it is left as it is. */
  age(list: RequestLine): number | undefined
}

export interface Watch {
  readonly request: RequestLine
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
}

export function createWatchFaults({ clock, seed = 1 }: { clock: Clock; seed?: number }): WatchFaults {
  const register = createFaultRegister<WatchFault>({ clock, seed })
  const covers = ({ route }: WatchFault, { method, path }: RequestLine) =>
    routeMatcher(route)({ method, path: path.split('?', 1)[0] ?? '' })
  const take = (isOfList: boolean, request: RequestLine) =>
    register.take((fault) => (fault.kind === 'older') === isOfList && covers(fault, request))

  return {
    begin(fault, random) {
      const { id, tally } = register.add(fault, random)
      return { hits: tally.hits, isSpent: tally.isSpent, remove: () => void register.remove(id) }
    },
    async *bend(lines, { request, signal }) {
      for await (const line of lines) {
        const fault = take(false, request)
        if (fault?.kind === 'endWatch') return
        if (fault?.kind === 'stallWatch') await stall(fault.ms, { clock, signal })
        yield* told(line, fault)
      }
    },
    age(list) {
      const fault = take(true, list)
      return fault?.kind === 'older' ? fault.revisions : undefined
    },
  }
}

function* told(line: Uint8Array, fault: WatchFault | undefined): Generator<Uint8Array> {
  if (fault?.kind === 'cutLine') {
    yield line.subarray(0, Math.floor(line.length / 2))
    throw new ConnectionClosed('The connection closed in the middle of a line')
  }
  if (fault?.kind === 'repeatLine') yield line
  yield fault?.kind === 'wrongLine' ? Buffer.from(`${fault.body ?? pageOfHTML}\n`) : line
}

function stall(ms: number | undefined, { clock, signal }: { clock: Clock; signal: AbortSignal }): Promise<void> {
  if (ms !== undefined) return sleep(clock, ms, signal)
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** The lines of a watch, each with its end, wherever the chunks end. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let begun = Buffer.alloc(0)
  for await (const chunk of chunks) {
    begun = Buffer.concat([begun, chunk])
    for (let end = begun.indexOf(0x0a); end !== -1; end = begun.indexOf(0x0a)) {
      yield begun.subarray(0, end + 1)
      begun = begun.subarray(end + 1)
    }
  }
  if (begun.length > 0) yield begun
}
