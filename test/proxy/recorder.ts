// Turns the calls that a proxy sees into a trace of points: writes each by themselves, reads once between two writes. A
// point has the same name in every run, so that a later run can be held exactly there.

import type { Call } from './call.ts'
import type { Answer } from './forward.ts'
import { gistOf, gistOfStatus } from './gist.ts'
import type { ProxyListener } from './recording-proxy.ts'

export interface Point extends Call {
  /** The how-manieth of its kind: of a write, or of a read after which something was written before it was made again. */
  k: number
  /** The write before it, which makes a read the same one in every run. */
  since: string
  /** What a status patch says. */
  says: string
}

export interface TraceLine {
  point: Point
  status: number
  gist: string
}

/** Names a point: the same in every run. */
export const nameOf = ({ world, verb, path, since, says, k, isWrite }: Point): string =>
  isWrite && says === '' ? `${world} ${verb} ${path} #${k}` : `${world} ${verb} ${path} since ${since} ${says}`.trim()

export interface Recorder extends ProxyListener {
  readonly lines: readonly TraceLine[]
  /** Calls that wait for their answer, watches apart. */
  readonly open: number
  /** `performance.now()` when a call last began or ended. */
  readonly lastAt: number
  /** The cluster's list was read and its watch is open, since the recorder began or was told of a new process. */
  readonly watches: boolean
  /** Forgets what was recorded so far; what comes now is what counts. */
  begin(): void
  /** A new process: its watch is yet to come. */
  restarted(): void
  /** Hears of the first call of each point before it is made and after it was answered; what it throws drops the call. */
  onPoint(listener: PointListener): void
}

export interface PointListener {
  before?(point: Point): Promise<void> | void
  after?(point: Point, answer: Answer): Promise<void> | void
}

export function createRecorder(): Recorder {
  let lines: TraceLine[] = []
  let counts = new Map<string, number>()
  let seen = new Set<string>()
  let conditions = new Map<string, string>()
  let since = 'the start'
  let listener: PointListener = {}
  const known = new WeakMap<Call, Point>()
  const open = new Set<Call>()
  const state = { lastAt: performance.now(), watches: false }

  function pointOf(call: Call, body: Buffer): Point | undefined {
    const kind = `${call.world} ${call.verb} ${call.path}`
    const isStatus = call.world === 'kubernetes' && call.path.endsWith('/status')
    const said = isStatus ? gistOfStatus(body, conditions) : undefined
    if (said !== undefined) conditions = said.conditions
    const point = { ...call, k: (counts.get(kind) ?? 0) + 1, since, says: said?.gist ?? '' }
    const name = nameOf(point)
    if (seen.has(name)) return undefined
    seen.add(name)
    counts.set(kind, point.k)
    // The status reports and changes nothing that is read between two real writes.
    if (call.isWrite && !isStatus) since = `${call.verb} ${call.path} #${point.k}`
    return point
  }

  return {
    get lines() {
      return lines
    },
    get open() {
      return open.size
    },
    get lastAt() {
      return state.lastAt
    },
    get watches() {
      return state.watches
    },
    begin() {
      lines = []
      counts = new Map()
      seen = new Set()
      conditions = new Map()
      since = 'the start'
    },
    restarted() {
      state.watches = false
      open.clear()
    },
    onPoint(given) {
      listener = given
    },
    async before(call, question) {
      if (call.verb !== 'WATCH') open.add(call)
      state.lastAt = performance.now()
      const point = pointOf(call, question.body)
      if (point === undefined) return
      known.set(call, point)
      await listener.before?.(point)
    },
    async after(call, answer) {
      open.delete(call)
      state.lastAt = performance.now()
      if (call.verb === 'WATCH') state.watches = true
      const point = known.get(call)
      if (point === undefined) return
      lines.push({ point, status: answer.status, gist: point.says || gistOf(call, answer.body) })
      await listener.after?.(point, answer)
    },
  }
}
