// What the reflector tests share: a reflector on a clock of the test, over a scripted server, and what became of it.

import type { WatchEvent } from '../../../src/controller/cache/list-watch.ts'
import { createReflector, type Origin } from '../../../src/controller/cache/reflector.ts'
import { type Change, createStore } from '../../../src/controller/cache/store.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { frozen } from '../../support/frozen.ts'
import { failure, type Scripts, scriptedListWatch } from './scripted-list-watch.ts'
import { type Thing, thing } from './thing.ts'

export const expired = failure({ status: 410, reason: 'Expired' })
export const tooNew = failure({ status: 504, causes: [{ reason: 'ResourceVersionTooLarge' }] })
export const torn = new Error('socket hang up')
export const malformed = failure({ code: 'malformed' })

export const event = (
  type: 'ADDED' | 'MODIFIED' | 'DELETED',
  options: Parameters<typeof thing>[0],
): WatchEvent<Thing> => ({
  type,
  object: thing(options),
})

function describeChange({ key, before, after }: Change<Thing>): string {
  const version = (object: Thing | undefined) => object?.metadata.resourceVersion ?? '-'
  return `${key} ${version(before)}>${version(after)}`
}

export interface SetUp extends Scripts {
  random?: number
  onChange?: (change: Change<Thing>, origin: Origin) => void
}

export function start({ random = 0.5, onChange, ...scripts }: SetUp) {
  const clock = fakeClock()
  const scripted = scriptedListWatch(scripts)
  const store = createStore<Thing>()
  const changes: string[] = []
  const errors: string[] = []
  const reflector = createReflector({
    listWatch: scripted.listWatch,
    store,
    transform: frozen,
    clock,
    random: () => random,
    pageSize: 2,
    onChange(change, origin) {
      changes.push(describeChange(change))
      onChange?.(change, origin)
    },
    onWentBack: ({ from, to }) => errors.push(`went back: ${from} to ${to}`),
    onError: (error, phase) => errors.push(`${phase}: ${(error as Error).message}`),
  })
  const stop = new AbortController()
  const ended = reflector.run(stop.signal)
  const versions = () => store.list().map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
  return { ...scripted, clock, store, changes, errors, reflector, stop, ended, versions }
}
