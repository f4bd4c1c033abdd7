// The version from which a broken watch goes on: it moves only after the store holds what it stands for.

import { describe, expect, it } from 'vitest'
import { createReflector } from '../../../src/controller/cache/reflector.ts'
import { createStore } from '../../../src/controller/cache/store.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { page, scriptedListWatch } from './scripted-list-watch.ts'
import { event } from './start-reflector.ts'
import type { Thing } from './thing.ts'

describe('the version of a reflector', () => {
  it('moves only after the event is stored: what the store could not take is asked for again', async () => {
    const clock = fakeClock()
    const change = event('MODIFIED', { version: '7' })
    const { listWatch, asked } = scriptedListWatch({
      lists: [page('5')],
      watches: [{ events: [change] }, { events: [change] }],
    })
    const store = createStore<Thing>()
    let refusals = 1
    const versions: (string | undefined)[] = []
    const failing = {
      ...store,
      get size() {
        return store.size
      },
      set(object: Thing) {
        versions.push(reflector.resourceVersion)
        if (refusals-- > 0) throw new Error('no room')
        return store.set(object)
      },
    }
    const told: string[] = []
    const reflector = createReflector<Thing>({
      ...{ listWatch, store: failing, clock, random: () => 0.5 },
      onError: (error, phase) => told.push(`${phase}: ${(error as Error).message}`),
    })
    const stop = new AbortController()
    const ended = reflector.run(stop.signal)
    await clock.advance(60_000)
    expect(told).toEqual(['watch: no room'])
    expect(versions).toEqual(['5', '5'])
    expect(asked.watches.map(({ resourceVersion }) => resourceVersion)).toEqual(['5', '5'])
    expect([store.get('default/a')?.metadata.resourceVersion, reflector.resourceVersion]).toEqual(['7', '7'])
    stop.abort()
    await ended
  })
})
