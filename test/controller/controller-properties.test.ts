import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createController } from '../../src/controller/controller.ts'
import { namespaceOf } from '../../src/controller/kubernetes-object.ts'
import { createOwnWrites } from '../../src/controller/own-writes.ts'
import { createBackoff } from '../../src/controller/queue/backoff.ts'
import type { Lane } from '../../src/controller/queue/lanes.ts'
import { createWorkQueue } from '../../src/controller/queue/work-queue.ts'
import { type ReconcileResult, TerminalError } from '../../src/controller/reconcile.ts'
import { fakeClock } from '../support/fake-clock.ts'

const cap = 1_000
const longestWish = 300
const longestHoldBack = 100
const reconcileTimeout = 500
const workers = 3

const ending = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'success' as const }) },
  fc.record({ kind: fc.constant('wish' as const), after: fc.nat(longestWish) }),
  fc.constantFrom({ kind: 'error' as const }, { kind: 'terminal' as const }),
)

const step = fc.oneof(
  fc.record({
    kind: fc.constant('change' as const),
    key: fc.constantFrom('a/1', 'a/2', 'a/3', 'b/1', 'c/1'),
    lane: fc.constantFrom<Lane>('live', 'low'),
  }),
  fc.record({ kind: fc.constant('end' as const), which: fc.nat(workers - 1), ending }),
  fc.record({ kind: fc.constant('pass' as const), by: fc.nat(150) }),
  fc.record({ kind: fc.constant('write' as const), which: fc.nat(workers - 1) }),
  fc.record({ kind: fc.constant('catch up' as const) }),
)

type Ending = typeof ending extends fc.Arbitrary<infer T> ? T : never
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Run {
  readonly key: string
  /** What it looks at: the key's version when it began. */
  readonly version: number
  readonly settled: PromiseWithResolvers<ReconcileResult | undefined>
}

/** The world: a version per key that changes raise, and a cache that may lag behind what a run has written. */
function createWorld() {
  const clock = fakeClock()
  const versions = new Map<string, number>()
  const lookedAt = new Map<string, number>()
  const wrote = new Map<string, number>()
  const running: Run[] = []
  const mistakes: string[] = []
  const world = { latest: 0, cached: 0 }
  const ownWrites = createOwnWrites({ clock, seen: () => String(world.cached) })
  const backoff = createBackoff({ random: () => 0.7, first: 10, cap })
  const queue = createWorkQueue({ clock, backoff, partitionOf: namespaceOf })

  /** Not by `expect`: what a run throws is only an error to the controller. */
  function judge(key: string): void {
    if (running.some((run) => run.key === key)) mistakes.push(`${key} runs twice`)
    if (running.length >= workers) mistakes.push('more runs than workers')
    if (world.cached < (wrote.get(key) ?? 0)) mistakes.push(`${key} runs on a view older than its write`)
  }

  const controller = createController({
    queue,
    workers,
    reconcileTimeout,
    clock,
    holdBack: ownWrites.holdBack,
    reconcile(key) {
      judge(key)
      const run: Run = { key, version: versions.get(key) ?? 0, settled: Promise.withResolvers() }
      running.push(run)
      return run.settled.promise
    },
  })

  function end(run: Run, how: Ending): void {
    running.splice(running.indexOf(run), 1)
    if (how.kind !== 'error') lookedAt.set(run.key, run.version)
    if (how.kind === 'error') run.settled.reject(new Error('no'))
    else if (how.kind === 'terminal') run.settled.reject(new TerminalError('never'))
    else run.settled.resolve(how.kind === 'wish' ? { requeueAfter: how.after } : undefined)
  }

  const act: { [Kind in Step['kind']]: (step: Extract<Step, { kind: Kind }>) => void | Promise<void> } = {
    change({ key, lane }) {
      versions.set(key, ++world.latest)
      queue.add(key, lane)
    },
    end({ which, ending }) {
      const run = running[which]
      if (run !== undefined) end(run, ending)
    },
    pass: ({ by }) => clock.advance(by),
    write({ which }) {
      const run = running[which]
      if (run === undefined) return
      wrote.set(run.key, ++world.latest)
      ownWrites.wrote(run.key, String(world.latest))
    },
    'catch up'() {
      world.cached = world.latest
    },
  }

  return {
    controller,
    clock,
    versions,
    lookedAt,
    mistakes,
    async step(next: Step) {
      await (act[next.kind] as (step: Step) => void | Promise<void>)(next)
      await clock.advance(0)
      if (running.length < workers && queue.depth > 0) mistakes.push('a worker is idle while a key waits')
    },
    /** The cache catches up, every run ends well from now on, and all delays pass. */
    async settle() {
      world.cached = world.latest
      for (const wait of [0, longestHoldBack, longestWish, cap, cap]) {
        await clock.advance(wait)
        while (running.length > 0) {
          for (const run of [...running]) end(run, { kind: 'success' })
          await clock.advance(0)
        }
      }
    },
  }
}

describe('a controller under any sequence of changes, writes, endings and delays', () => {
  it('never runs a key twice at once nor on a view older than its own write, and looks at every change', async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
      const world = createWorld()
      await world.controller.start()
      for (const next of steps) await world.step(next)
      await world.settle()
      expect(world.mistakes).toEqual([])
      expect(world.lookedAt).toEqual(world.versions)
      const stopped = world.controller.stop()
      await world.clock.advance(0)
      await stopped
      expect([world.controller.active, world.clock.pending]).toEqual([0, 0])
    })
    await fc.assert(property, { numRuns: 200 })
  })
})
