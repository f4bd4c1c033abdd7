import { describe, expect, it } from 'vitest'
import type { WatchEvent } from '../../../src/controller/cache/list-watch.ts'
import { transformed } from '../../../src/controller/cache/transformed.ts'
import { bookmark, page, scriptedListWatch } from './scripted-list-watch.ts'
import { event } from './start-reflector.ts'
import { type Thing, thing } from './thing.ts'

const grey = (object: Thing): Thing => ({ ...object, colors: ['grey'] })
const { signal } = new AbortController()

describe('a list and watch whose objects are transformed', () => {
  it('transforms what is listed, and leaves the page as it is otherwise', async () => {
    const { listWatch } = scriptedListWatch({ lists: [page('5', [thing({ colors: ['red'] })], 'next')] })
    const { items, ...rest } = await transformed(listWatch, grey).list({ signal })
    expect(items).toEqual([thing({ colors: ['grey'] })])
    expect(rest).toEqual({ resourceVersion: '5', continue: 'next' })
  })

  it('transforms what is added, changed and deleted, and no bookmark', async () => {
    const told = [
      event('ADDED', { version: '6', colors: ['red'] }),
      event('MODIFIED', { version: '7', colors: ['blue'] }),
      bookmark('8'),
      event('DELETED', { version: '9', colors: ['green'] }),
    ]
    const { listWatch } = scriptedListWatch({ watches: [{ events: told, end: 'clean' }] })
    const seen: WatchEvent<Thing>[] = []
    const options = { resourceVersion: '5', timeoutSeconds: 300, signal }
    for await (const each of transformed(listWatch, grey).watch(options)) seen.push(each)
    expect(seen).toEqual(told.map((each) => (each.type === 'BOOKMARK' ? each : { ...each, object: grey(each.object) })))
  })

  it('tells a transformation that throws as a break of the watch', async () => {
    const { listWatch } = scriptedListWatch({ lists: [page('5', [thing()])] })
    const broken = transformed(listWatch, () => {
      throw new Error('cannot be transformed')
    })
    await expect(broken.list({ signal })).rejects.toThrow('cannot be transformed')
  })
})
