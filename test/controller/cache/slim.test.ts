import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createReflector } from '../../../src/controller/cache/reflector.ts'
import { createSlim } from '../../../src/controller/cache/slim.ts'
import { createStore } from '../../../src/controller/cache/store.ts'
import type { KubernetesObject } from '../../../src/controller/kubernetes-object.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { page, scriptedListWatch } from './scripted-list-watch.ts'
import type { Thing } from './thing.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** As it comes from a parser: with copies of its own of every string. */
const parsed = (index: number): KubernetesObject =>
  JSON.parse(
    JSON.stringify({
      metadata: { name: `bot-${index}`, uid: `uid-${index}`, resourceVersion: String(index), managedFields: [{}] },
      status: {
        conditions: Array.from({ length: 7 }, (_, type) => ({
          ...{ type: `Condition number ${type}`, message: `All that condition ${type} stands for is as it should be.` },
          ...{ reason: 'AsItShouldBe', lastTransitionTime: '2026-01-01T00:00:00Z' },
        })),
      },
    }),
  )

function heapOf(make: (index: number) => KubernetesObject): number {
  collect()
  const before = process.memoryUsage().heapUsed
  const kept = Array.from({ length: 5_000 }, (_, index) => make(index))
  collect()
  return (process.memoryUsage().heapUsed - before) / kept.length
}

describe('a slim object', () => {
  it('is what it was but for managedFields, whatever it holds', () => {
    const slim = createSlim()
    const condition = fc.record({ type: fc.jsonValue(), message: fc.string() }, { requiredKeys: [] })
    const conditions = fc.oneof(fc.array(fc.oneof(condition, fc.jsonValue())), fc.jsonValue())
    const status = fc.oneof(fc.record({ conditions }), fc.jsonValue())
    const property = fc.property(status, (value) => {
      const object = () => ({ metadata: { name: 'a', uid: '1', resourceVersion: '1' }, status: structuredClone(value) })
      expect(slim(object())).toStrictEqual(object())
    })
    fc.assert(property)
  })

  it('keeps managedFields as a member that is undefined, so that the object keeps its shape', () => {
    const { metadata } = createSlim()(parsed(1))
    expect(Object.entries(metadata)).toContainEqual(['managedFields', undefined])
  })

  it('is what a reflector keeps when it is told nothing else', async () => {
    const store = createStore()
    const { listWatch } = scriptedListWatch({ lists: [page('5', [parsed(1) as Thing])] })
    const reflector = createReflector({ listWatch, store, clock: fakeClock(), random: () => 0 })
    const stop = new AbortController()
    void reflector.run(stop.signal)
    await reflector.whenSynced(stop.signal)
    stop.abort()
    expect(store.list()).toEqual([createSlim()(parsed(1))])
  })

  it('is less than half as large where thousands say the same', () => {
    const slim = createSlim()
    // Twice: what was compiled meanwhile must not count.
    heapOf((index) => slim(parsed(index)))
    const [plain, slimmed] = [heapOf(parsed), heapOf((index) => slim(parsed(index)))]
    expect(slimmed).toBeLessThan(plain / 2)
  })

  it('does not make anybody remember what only one object said: neither a short word nor a long text', () => {
    const slim = createSlim()
    const unique = (index: number): KubernetesObject =>
      JSON.parse(
        `{"metadata":{},"status":{"conditions":[{"message":"${`${index}`.padEnd(9_999, '.')}","reason":"n${index}"}]}}`,
      )
    collect()
    const before = process.memoryUsage().heapUsed
    for (let index = 0; index < 20_000; index++) slim(unique(index))
    collect()
    // Two generations of short strings; the texts alone would be 200 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(4e6)
  })
})
