import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStore, type Store } from '../../../src/controller/cache/store.ts'
import { type Thing, thing } from './thing.ts'

const setUp = () => createStore<Thing>({ indexers: { color: ({ colors }) => colors } })
const replace = (store: Store<Thing>, things: readonly Thing[]) => [...store.replaceInSteps(things)].flat()

describe('a store', () => {
  it('tells an addition, a change and a deletion with the object before and after', () => {
    const store = setUp()
    const first = thing({ version: '1' })
    const second = thing({ version: '2' })
    expect(store.set(first)).toEqual([{ key: 'default/a', before: undefined, after: first }])
    expect(store.set(second)).toEqual([{ key: 'default/a', before: first, after: second }])
    expect(store.delete(second)).toEqual([{ key: 'default/a', before: second, after: undefined }])
    expect(store.size).toBe(0)
  })

  it('tells nothing when the version is the one it has, set or in a replacement', () => {
    const store = setUp()
    store.set(thing({ version: '1' }))
    expect(store.set(thing({ version: '1' }))).toEqual([])
    expect(replace(store, [thing({ version: '1' })])).toEqual([])
  })

  it('tells another object of the same name as a deletion and an addition, even at the same version', () => {
    const store = setUp()
    const old = thing({ uid: 'old', version: '1' })
    const young = thing({ uid: 'young', version: '1' })
    store.set(old)
    const both = [
      { key: 'default/a', before: old, after: undefined },
      { key: 'default/a', before: undefined, after: young },
    ]
    expect(store.set(young)).toEqual(both)
    expect(replace(setUpWith(old), [young])).toEqual(both)
  })

  it('replaces one object with each step that is taken: first what is gone, then what is listed', () => {
    const store = setUpWith(thing({ name: 'a' }), thing({ name: 'b' }))
    const held = []
    for (const _ of store.replaceInSteps([thing({ name: 'c' }), thing({ name: 'd' })])) {
      held.push(
        store
          .list()
          .map(({ metadata }) => metadata.name)
          .join(''),
      )
    }
    expect(held).toEqual(['b', '', 'c', 'cd'])
  })

  it('does not let the late deletion of an earlier object take its successor', () => {
    const store = setUpWith(thing({ uid: 'young' }))
    expect(store.delete(thing({ uid: 'old' }))).toEqual([])
    expect(store.size).toBe(1)
  })

  it('takes the deletion of an unknown key for nothing', () => {
    const store = setUpWith(thing())
    expect(store.delete(thing({ name: 'unknown' }))).toEqual([])
    expect(store.size).toBe(1)
  })

  it('moves an object between the values of an index and drops it from there with the object', () => {
    const store = setUpWith(thing({ version: '1', colors: ['red', 'blue'] }))
    store.set(thing({ version: '2', colors: ['blue', 'green'] }))
    const found = (color: string) => store.byIndex('color', color).map(({ metadata }) => metadata.resourceVersion)
    expect(['red', 'blue', 'green'].map(found)).toEqual([[], ['2'], ['2']])
    replace(store, [])
    expect(['red', 'blue', 'green'].map(found)).toEqual([[], [], []])
  })

  it('refuses an index that it does not have', () => {
    expect(() => setUp().byIndex('size', '1')).toThrow('no such index')
  })

  it('hands out the object that it holds, not a copy', () => {
    const store = setUp()
    const object = thing({ colors: ['red'] })
    store.set(object)
    expect(store.get('default/a')).toBe(object)
    expect(store.list()[0]).toBe(object)
    expect(store.byIndex('color', 'red')[0]).toBe(object)
  })

  it('takes cluster-scoped objects by their name alone', () => {
    const store = setUpWith(thing({ namespace: undefined }))
    expect(store.get('a')).toBeDefined()
  })

  it('holds after any history what the last version of each object says, in objects and indexes', () => {
    fc.assert(fc.property(fc.array(step), checkHistory))
  })

  it('tells changes that, played back, give what it holds', () => {
    fc.assert(fc.property(fc.array(step), checkChanges))
  })
})

function setUpWith(...things: Thing[]) {
  const store = setUp()
  replace(store, things)
  return store
}

const object = fc.record({
  name: fc.constantFrom('a', 'b', 'c'),
  uid: fc.constantFrom('1', '2'),
  colors: fc.uniqueArray(fc.constantFrom('red', 'blue'), { maxLength: 2 }),
})
const step = fc.record({
  kind: fc.constantFrom('set' as const, 'replace' as const),
  objects: fc.uniqueArray(object, { selector: ({ name }) => name }),
})

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Each step with versions of its own. */
function versioned(steps: Step[]): { kind: Step['kind']; things: Thing[] }[] {
  let version = 0
  return steps.map(({ kind, objects }) => ({
    kind,
    things: objects.map((partial) => thing({ ...partial, version: String(++version) })),
  }))
}

function checkHistory(steps: Step[]): void {
  const store = setUp()
  let want = new Map<string, Thing>()
  for (const { kind, things } of versioned(steps)) {
    const entries = things.map((object) => [object.metadata.name, object] as const)
    want = new Map(kind === 'set' ? [...want, ...entries] : entries)
    if (kind === 'replace') replace(store, things)
    else for (const object of things) store.set(object)
  }
  expect(new Set(store.list())).toEqual(new Set(want.values()))
  for (const color of ['red', 'blue']) {
    const having = [...want.values()].filter(({ colors }) => colors.includes(color))
    expect(new Set(store.byIndex('color', color))).toEqual(new Set(having))
  }
}

function checkChanges(steps: Step[]): void {
  const store = setUp()
  const replayed = new Map<string, Thing>()
  for (const { kind, things } of versioned(steps)) {
    for (const { key, before, after } of kind === 'set' ? things.flatMap(store.set) : replace(store, things)) {
      expect(replayed.get(key)).toBe(before)
      expect(before === undefined || after === undefined || before.metadata.uid === after.metadata.uid).toBe(true)
      replayed.delete(key)
      if (after !== undefined) replayed.set(key, after)
    }
  }
  expect(new Set(replayed.values())).toEqual(new Set(store.list()))
}
