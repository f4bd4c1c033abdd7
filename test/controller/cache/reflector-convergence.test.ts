import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createReflector } from '../../../src/controller/cache/reflector.ts'
import { createStore } from '../../../src/controller/cache/store.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { frozen } from '../../support/frozen.ts'
import { type Fault, faultyServer } from './faulty-server.ts'
import type { Thing } from './thing.ts'

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const fault = fc.constantFrom<Fault>('cut', 'end', 'malformed', 'compact', 'busy', 'refuse', 'bookmark', 'restore')

const step = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), name }),
  fc.record({ kind: fc.constant('remove' as const), name }),
  fc.record({ kind: fc.constant('fault' as const), fault }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 900, 40_000, 700_000) }),
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function start(o: { random: number; streams: boolean }) {
  const clock = fakeClock()
  const server = faultyServer(o)
  const store = createStore<Thing>()
  const replayed = new Map<string, Thing>()
  const mistakes: unknown[] = []
  const { listWatch } = server
  const reflector = createReflector({
    listWatch,
    store,
    transform: frozen,
    clock,
    random: () => o.random,
    pageSize: 2,
    onChange({ key, before, after }) {
      expect(replayed.get(key)).toBe(before)
      if (before && after) expect(after.metadata.uid).toBe(before.metadata.uid)
      if (after === undefined) replayed.delete(key)
      else replayed.set(key, after)
    },
    onError(error, phase) {
      if (phase === 'handler') mistakes.push(error)
    },
  })
  const stop = new AbortController()
  const ended = reflector.run(stop.signal)
  const run: { [K in Step['kind']]: (step: Extract<Step, { kind: K }>) => unknown } = {
    put: ({ name }) => server.put(name),
    remove: ({ name }) => server.remove(name),
    fault: ({ fault }) => server.fault(fault),
    wait: ({ ms }) => clock.advance(ms),
  }
  const play = async (step: Step) => run[step.kind](step as never)
  return { clock, server, store, replayed, mistakes, stop, ended, play }
}

const versions = (things: Iterable<Thing>): string[] =>
  [...things].map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`).sort()

describe('a reflector through any history of changes and breaks', () => {
  it('holds in the end what the server holds, and has told every change on the way there', async () => {
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.record({ random: fc.constantFrom(0, 0.5, 0.99), streams: fc.boolean() }),
      async (steps, options) => {
        const { clock, server, store, replayed, mistakes, stop, ended, play } = start(options)
        for (const next of steps) await play(next)
        await clock.advance(1_200_000)
        expect(versions(store.list())).toEqual(versions(server.objects.values()))
        expect(versions(replayed.values())).toEqual(versions(server.objects.values()))
        expect(mistakes).toEqual([])
        stop.abort()
        await ended
        expect(clock.pending).toBe(0)
      },
    )
    await fc.assert(property, { numRuns: 300 })
  })
})
