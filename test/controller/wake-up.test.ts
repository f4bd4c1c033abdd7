import { describe, expect, it } from 'vitest'
import { createWakeUp, type WakeUpDeps } from '../../src/controller/wake-up.ts'
import { type Thing, thing } from './cache/thing.ts'

function setUp(options: Partial<WakeUpDeps<Thing>> = {}) {
  const enqueued: string[] = []
  const panics: string[] = []
  const wakeUp = createWakeUp<Thing>({
    enqueue: (key) => enqueued.push(key),
    wakes: () => true,
    onPanic: (error, where) => panics.push(`${where}: ${(error as Error).message}`),
    ...options,
  })
  return { wakeUp, enqueued, panics }
}

const oops = (): never => {
  throw new Error('oops')
}

describe('a change', () => {
  it('wakes its key only when the predicate says so', () => {
    const { wakeUp, enqueued } = setUp({ wakes: (before, after) => before?.colors !== after?.colors })
    const red = thing({ colors: ['red'] })
    wakeUp({ key: 'default/a', before: red, after: { ...red } })
    expect(enqueued).toEqual([])
    wakeUp({ key: 'default/a', before: red, after: undefined })
    expect(enqueued).toEqual(['default/a'])
  })

  it('wakes what it belongs to now and what it belonged to, each once', () => {
    const { wakeUp, enqueued } = setUp({ keysOf: ({ colors }) => colors })
    wakeUp({ key: 'x', before: thing({ colors: ['a', 'b'] }), after: thing({ colors: ['b', 'c'] }) })
    expect(enqueued).toEqual(['a', 'b', 'c'])
  })

  it('wakes its key when the predicate throws, and nobody when the mapper throws: counted, not fatal', () => {
    const broken = setUp({ wakes: oops })
    broken.wakeUp({ key: 'x', before: undefined, after: thing() })
    expect([broken.enqueued, broken.panics]).toEqual([['x'], ['wake-up of x: oops']])
    const unmapped = setUp({ keysOf: oops })
    unmapped.wakeUp({ key: 'x', before: undefined, after: thing() })
    expect([unmapped.enqueued, unmapped.panics]).toEqual([[], ['wake-up of x: oops']])
  })

  it('that a list shows wakes in the low lane, one that the watch tells in the live one', () => {
    const lanes: string[] = []
    const wakeUp = createWakeUp<Thing>({ enqueue: (_, lane) => lanes.push(lane), wakes: () => true })
    const change = { key: 'x', before: undefined, after: thing() }
    wakeUp(change, 'list')
    wakeUp(change, 'watch')
    wakeUp(change)
    expect(lanes).toEqual(['low', 'live', 'live'])
  })
})
