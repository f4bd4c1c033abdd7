// A list of thousands is stored in pieces, so that the lease is renewed and sockets are read in between.

import { describe, expect, it } from 'vitest'
import { createReflector } from '../../../src/controller/cache/reflector.ts'
import { createStore } from '../../../src/controller/cache/store.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { listEnd, page, type Scripts, scriptedListWatch } from './scripted-list-watch.ts'
import { event, expired } from './start-reflector.ts'
import { type Thing, thing } from './thing.ts'

const names = ['a', 'b', 'c', 'd', 'e', 'f']

/** A reflector whose handler takes 6 ms for each change, so that two of them are a turn; turns end when the test says so. */
function start(scripts: Scripts) {
  const clock = fakeClock()
  let spent = 0
  const store = createStore<Thing>()
  const turns: (() => void)[] = []
  const reflector = createReflector<Thing>({
    listWatch: scriptedListWatch(scripts).listWatch,
    store,
    clock: { ...clock, monotonic: () => clock.monotonic() + spent },
    random: () => 0,
    nextTurn: () => new Promise<void>((resolve) => turns.push(resolve)),
    onChange() {
      spent += 6
    },
  })
  const stop = new AbortController()
  const ended = reflector.run(stop.signal)
  const giveTurn = async () => {
    turns.shift()?.()
    await clock.advance(0)
  }
  return { clock, store, reflector, turns, giveTurn, stop, ended }
}

const listed = names.map((name) => thing({ name, version: '3' }))
const streamed = [...names.map((name) => event('ADDED', { name, version: '3' })), listEnd('5')]

describe.each([
  ['that comes in pages', { lists: [page('5', listed)] }],
  ['that comes as a stream', { streams: [{ events: streamed }] }],
])('a long list %s', (_, scripts: Scripts) => {
  it('leaves timers and sockets their turn while it is stored, and is synced only at its end', async () => {
    const { clock, store, reflector, turns, giveTurn } = start(scripts)
    await clock.advance(0)
    const seen: [number, boolean][] = []
    for (; turns.length > 0; await giveTurn()) seen.push([store.size, reflector.synced])
    expect(seen).toEqual([
      [2, false],
      [4, false],
      [6, false],
    ])
    expect([store.size, reflector.synced, reflector.resourceVersion]).toEqual([6, true, '5'])
  })

  it('is stored no further once the reflector is stopped', async () => {
    const { clock, store, reflector, giveTurn, stop, ended } = start(scripts)
    await clock.advance(0)
    stop.abort()
    await giveTurn()
    await ended
    expect([store.size, reflector.synced, reflector.resourceVersion]).toEqual([2, false, undefined])
  })
})

describe('a list after the history was lost', () => {
  it('takes turns over what is gone, too, and changes in the watch that follows wait for its end', async () => {
    const { clock, store, turns, giveTurn } = start({
      lists: [page('5', listed), page('9')],
      watches: [{ events: [expired] }, { events: [event('ADDED', { name: 'late', version: '10' })] }],
    })
    await clock.advance(0)
    for (let turn = 0; turn < 3; turn++) await giveTurn()
    await clock.advance(60_000)
    const sizes: number[] = []
    for (; turns.length > 0; await giveTurn()) sizes.push(store.size)
    // The last turn is long ago, so the first object already gives one.
    expect(sizes).toEqual([5, 3, 1])
    expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['late'])
  })
})
