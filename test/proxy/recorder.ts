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
  /** Of a status patch: which one it is since that write. What it says depends on how much time has passed. */
  nth: number
}

export interface TraceLine {
  point: Point
  status: number
  gist: string
}

/** Names a point: the same in every run. */
export const nameOf = (point: Point): string => {
  const { world, verb, path, since, nth, k } = point
  const call = `${world} ${verb} ${path}`
  if (isStatus(point)) return `${call} ${nth} since ${since}`
  return point.isWrite ? `${call} #${k}` : `${call} since ${since}`
}

/** A report, which changes nothing that is read later. */
export const isStatus = ({ world, path, isWrite }: Call): boolean =>
  world === 'kubernetes' && isWrite && path.endsWith('/status')

/** Tells people what was done; nothing waits for it, so it comes when it comes, and nothing depends on it. */
const isEvent = ({ world, path, isWrite }: Call): boolean =>
  world === 'kubernetes' && isWrite && /\/events(\/|$)/.test(path)

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
  let reports = 0
  let listener: PointListener = {}
  const known = new WeakMap<Call, { point: Point; says: string }>()
  const open = new Set<Call>()
  const state = { lastAt: performance.now(), watches: false }

  function pointOf(call: Call): Point | undefined {
    if (isEvent(call)) return undefined
    const kind = `${call.world} ${call.verb} ${call.path}`
    if (isStatus(call)) reports += 1
    const point = { ...call, k: (counts.get(kind) ?? 0) + 1, since, nth: isStatus(call) ? reports : 0 }
    const name = nameOf(point)
    if (seen.has(name)) return undefined
    seen.add(name)
    counts.set(kind, point.k)
    if (call.isWrite && !isStatus(call)) {
      since = `${call.verb} ${call.path} #${point.k}`
      reports = 0
    }
    return point
  }

  function report(body: Buffer): string {
    const said = gistOfStatus(body, conditions)
    conditions = said.conditions
    return said.gist
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
      reports = 0
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
      const point = pointOf(call)
      const says = isStatus(call) ? report(question.body) : ''
      if (point === undefined) return
      known.set(call, { point, says })
      await listener.before?.(point)
    },
    failed(call) {
      open.delete(call)
    },
    async after(call, answer) {
      open.delete(call)
      state.lastAt = performance.now()
      if (call.verb === 'WATCH') state.watches = true
      const asked = known.get(call)
      if (asked === undefined) return
      const { point, says } = asked
      lines.push({ point, status: answer.status, gist: says || gistOf(call, answer.body) })
      await listener.after?.(point, answer)
    },
  }
}
