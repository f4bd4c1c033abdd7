// One run of a story: undisturbed, or with the operator killed at one point and started again.

import { setTimeout as delay } from 'node:timers/promises'
import type { Call } from '../proxy/call.ts'
import type { Answer } from '../proxy/forward.ts'
import { createRecorder, nameOf, type Point, type PointListener, type TraceLine } from '../proxy/recorder.ts'
import { Dropped, type ProxyListener } from '../proxy/recording-proxy.ts'
import type { Arena } from './arena.ts'
import type { EndState } from './differences.ts'
import { endStateOf } from './end-state.ts'
import { createOracles, type Oracles } from './oracles.ts'
import { openStage, type Stage } from './stage.ts'
import type { Story } from './story.ts'

export interface Kill {
  point: Point
  /**
   * The call is never made; or it is made, and the process dies before it hears the answer; or it is on its way for so
   * long that it takes effect when the next process is at work.
   */
  when: 'before' | 'after' | 'late'
}

export interface Run {
  trace: readonly TraceLine[]
  /** Undefined when the story did not come to its end. */
  end: EndState | undefined
  /** What the oracles saw at some moment. */
  violations: readonly string[]
  /** The point was met. */
  killed: boolean
  /** What the Project said at the end, for a story that did not come to it. */
  last?: unknown
}

/** Nothing but polls for so long: the operator waits. */
const quietMs = 250
/** Far more than any story takes, on a busy machine too. */
const longest = 60_000

export interface RunOptions {
  kill?: Kill
  /** Milliseconds after which a story has no end. */
  within?: number
}

export async function runStory(arena: Arena, story: Story, { kill, within = longest }: RunOptions = {}): Promise<Run> {
  const recorder = createRecorder()
  const stage = await openStage(arena, {
    listener: withOracles(recorder, () => oracles),
    onEvent: (event) => oracles?.event(event),
  })
  let oracles: Oracles | undefined = createOracles({ stage, story, late: kill?.when === 'late' })
  const life = { killed: false, begun: false, interrupted: false, restarting: Promise.resolve() }
  const late = createLateCall()

  async function interrupt(): Promise<void> {
    if (!life.begun || life.interrupted || story.meanwhile === undefined) return
    life.interrupted = true
    if (story.deletes) oracles?.deleting()
    await story.meanwhile.act(stage)
  }

  async function strike(): Promise<void> {
    life.killed = true
    await stage.kill()
    recorder.restarted()
    life.restarting = (async () => {
      await interrupt()
      await stage.start()
    })()
  }

  async function strikeAndDrop(): Promise<never> {
    await strike()
    throw new Dropped('The operator was killed here')
  }

  const isHere = (point: Point, when: Kill['when']) =>
    kill !== undefined && !life.killed && kill.when === when && nameOf(kill.point) === nameOf(point)

  const points: PointListener = {
    async before(point) {
      if (isHere(point, 'before')) await strikeAndDrop()
      if (isHere(point, 'late')) {
        await strike()
        await until(() => recorder.watches, 'the watch of the next operator')
        await late.hold(story.deletes ? lateMs : longestLateMs)
      } else if (life.killed && kill?.when === 'late' && isSameKind(point, kill.point)) await late.land()
    },
    async after(point) {
      if (kill?.when === 'late' && nameOf(point) === nameOf(kill.point)) return late.landed()
      // The worst moment: the operator thinks that it has done with it.
      if (life.killed && letsGo(point)) late.release()
      if (story.meanwhile?.at(point)) await interrupt()
      if (isHere(point, 'after')) await strikeAndDrop()
    },
  }

  try {
    story.given?.(stage)
    if (story.prepare === undefined) recorder.onPoint(points)
    await stage.start()
    await until(() => recorder.watches, 'the watch of the operator')
    if (story.prepare !== undefined) {
      await story.prepare(stage)
      await untilQuiet(recorder)
      recorder.begin()
      recorder.onPoint(points)
    }
    if (story.deletes && story.meanwhile === undefined) oracles.deleting()
    await story.act(stage)
    life.begun = true
    const settled = await untilSettled({ stage, story, recorder, within })
    await life.restarting
    await late.ended()
    const end = settled ? await endStateOf(stage) : undefined
    const last = settled ? undefined : (await stage.project())?.['status']
    return { trace: recorder.lines, end, violations: oracles.violations, killed: life.killed, last }
  } finally {
    oracles = undefined
    await life.restarting.catch(() => undefined)
    await stage.close()
  }
}

/** The oracles hear of what passes the proxy, too: what the cluster says of the finalizer, what the status says of Ready. */
function withOracles(recorder: ProxyListener, oracles: () => Oracles | undefined): ProxyListener {
  return {
    async before(call, question) {
      if (call.path.endsWith('/status') && saysReady(question.body)) oracles()?.saysReady()
      await recorder.before?.(call, question)
    },
    failed: (call) => recorder.failed?.(call),
    async after(call, answer) {
      const finalizers = finalizersIn(call, answer)
      if (finalizers !== undefined) oracles()?.finalizers(finalizers)
      await recorder.after?.(call, answer)
    },
  }
}

interface Shown {
  metadata?: { finalizers?: string[] }
  status?: { conditions?: { type: string; status: string }[] }
}

const saysReady = (body: Buffer): boolean =>
  ((JSON.parse(body.toString()) as Shown).status?.conditions ?? []).some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  )

function finalizersIn({ world, verb, path }: Call, { status, body }: Answer): string[] | undefined {
  const isProject =
    world === 'kubernetes' && /^\/projects\/[^/]+(\/status)?$/.test(path) && ['GET', 'PATCH'].includes(verb)
  if (!isProject || status !== 200) return undefined
  return (JSON.parse(body.toString()) as Shown).metadata?.finalizers ?? []
}

/** After the next process has begun, and before it may think that nothing can come any more: its drain lasts 1.5 s. */
const lateMs = 900
const longestLateMs = 5_000

/** The finalizer comes off; when it is put on, nothing is late yet. */
const letsGo = ({ verb, path, k }: Point): boolean => verb === 'PATCH' && path === '/projects/echo' && k > 1

const isSameKind = (a: Point, b: Point): boolean => a.verb === b.verb && a.path === b.path

/** A call that is held until the next process makes the same one, or for a while. */
function createLateCall() {
  const released = Promise.withResolvers<void>()
  const landed = Promise.withResolvers<void>()
  let held = false
  return {
    async hold(longestMs: number): Promise<void> {
      held = true
      await Promise.race([released.promise, delay(longestMs)])
    },
    release: () => released.resolve(),
    async land(): Promise<void> {
      released.resolve()
      await landed.promise
    },
    landed: () => landed.resolve(),
    ended: async (): Promise<void> => (held ? landed.promise : undefined),
  }
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const end = performance.now() + longest
  while (!holds()) {
    if (performance.now() > end) throw new Error(`Cannot see ${what}`)
    await delay(5)
  }
}

type Recorded = ReturnType<typeof createRecorder>

const isQuiet = (recorder: Recorded): boolean =>
  recorder.watches && recorder.open === 0 && performance.now() - recorder.lastAt > quietMs

const untilQuiet = (recorder: Recorded): Promise<void> => until(() => isQuiet(recorder), 'the operator at rest')

async function untilSettled(o: { stage: Stage; story: Story; recorder: Recorded; within: number }): Promise<boolean> {
  const end = performance.now() + o.within
  while (performance.now() < end) {
    if (isQuiet(o.recorder) && (await o.story.settled(o.stage))) return true
    await delay(20)
  }
  return false
}
