// Lists that come as the beginning of a watch, and what a server may make of them.

import { describe, expect, it } from 'vitest'
import { bookmark, failure, listEnd, page, type WatchScript } from './scripted-list-watch.ts'
import { event, expired, malformed, type SetUp, start, tooNew, torn } from './start-reflector.ts'
import { thing } from './thing.ts'

const added = (name: string, version: string) => event('ADDED', { name, version })

describe('a list as a stream', () => {
  it('is the list, and what follows on the same stream is the watch', async () => {
    const origins: string[] = []
    const run = start({
      streams: [
        {
          events: [added('b', '4'), added('a', '3'), listEnd('5'), event('MODIFIED', { name: 'a', version: '6' })],
        },
      ],
      onChange: ({ key }, origin) => origins.push(`${key} ${origin}`),
    })
    await run.clock.advance(0)
    expect(run.changes).toEqual(['default/b ->4', 'default/a ->3', 'default/a 3>6'])
    expect(origins).toEqual(['default/b list', 'default/a list', 'default/a watch'])
    expect(run.asked).toEqual({ streams: [{ timeoutSeconds: 450 }], lists: [], watches: [], looks: 0 })
    expect(run.reflector.resourceVersion).toBe('6')
  })

  it('shows nothing before the bookmark that ends it, and no other bookmark does', async () => {
    const run = start({ streams: [{ events: [added('a', '3'), bookmark('4')], end: 'deaf' }] })
    await run.clock.advance(10)
    expect([run.reflector.synced, run.reflector.resourceVersion, run.store.size]).toEqual([false, undefined, 0])
  })

  it('takes in what changes while it is told', async () => {
    const events = [added('a', '3'), added('b', '4'), event('DELETED', { name: 'a', version: '6' }), added('b', '7')]
    const run = start({ streams: [{ events: [...events, listEnd('7')] }] })
    await run.clock.advance(0)
    expect(run.changes).toEqual(['default/b ->7'])
  })

  it('may be empty', async () => {
    const run = start({ streams: [{ events: [listEnd('5')] }] })
    await run.clock.advance(0)
    expect([run.reflector.synced, run.store.size]).toEqual([true, 0])
  })

  it('asks, after the history was lost, for a state not older than what was seen', async () => {
    const run = start({
      streams: [{ events: [added('a', '3'), listEnd('5'), bookmark('9'), expired] }, { events: [listEnd('20')] }],
    })
    await run.clock.advance(1_000)
    expect(run.asked.streams.map(({ resourceVersion }) => resourceVersion)).toEqual([undefined, '9'])
    expect(run.changes).toEqual(['default/a ->3', 'default/a 3>-'])
  })

  it('is resumed as a watch once it was whole', async () => {
    const run = start({ streams: [{ events: [added('a', '3'), listEnd('5'), torn] }] })
    await run.clock.advance(1_000)
    expect(run.asked.watches).toMatchObject([{ resourceVersion: '5' }])
    expect(run.errors).toEqual(['watch: socket hang up'])
  })
})

describe('a list as a stream that does not come about', () => {
  it.each<{ name: string; stream: WatchScript; error: string }>([
    { name: 'is cut before the end bookmark', stream: { events: [added('old', '3'), torn] }, error: 'socket hang up' },
    {
      name: 'ends before the end bookmark',
      stream: { events: [added('old', '3')], end: 'clean' },
      error: 'Cannot list: the stream ended before the list was whole',
    },
    {
      name: 'falls silent before the end bookmark',
      stream: { events: [added('old', '3')], end: 'deaf' },
      error: 'Watch silent for 30000 ms',
    },
    { name: 'is unreadable', stream: { events: [added('old', '3'), malformed] }, error: 'refused' },
    { name: 'is answered by 410', stream: { events: [expired] }, error: 'refused' },
    { name: 'is asked of the future', stream: { events: [tooNew] }, error: 'refused' },
    { name: 'is not allowed', stream: { events: [failure({ status: 403 })] }, error: 'refused' },
  ])('$name: nothing of it is kept, and the next list comes in pages', async ({ stream, error }) => {
    const run = start({ streams: [stream], lists: [page('9', [thing({ name: 'new', version: '9' })])] })
    await run.clock.advance(31_000)
    expect(run.changes).toEqual(['default/new ->9'])
    expect(run.errors).toEqual([`list: ${error}`])
    expect(run.asked.lists).toEqual([{ limit: 2 }])
    expect(run.asked.watches).toMatchObject([{ resourceVersion: '9' }])
  })

  it('is tried again when the list in pages failed, too, and when the history is lost the next time', async () => {
    const run = start({
      streams: [{ events: [torn] }, { events: [torn] }, { events: [listEnd('20')] }],
      lists: [torn, page('9')],
      watches: [{ events: [expired] }],
    })
    await run.clock.advance(10_000)
    expect([run.asked.streams.length, run.asked.lists.length]).toEqual([3, 2])
    expect(run.reflector.resourceVersion).toBe('20')
  })

  it.each([400, 405, 406, 415, 422, 501])(
    'is refused (%i): lists come in pages at once and for good',
    async (status) => {
      const run = start({
        streams: [{ events: [failure({ status })] }],
        lists: [page('5'), page('20')],
        watches: [{ events: [expired] }],
      })
      await run.clock.advance(0)
      expect(run.reflector.synced).toBe(true)
      await run.clock.advance(10_000)
      expect([run.asked.streams.length, run.asked.lists.length]).toEqual([1, 2])
      // That a server is older is nothing to report.
      expect(run.errors).toEqual(['watch: refused'])
    },
  )

  it('is not taken for refused when it is the list that nobody serves (404)', async () => {
    const notServed = { events: [failure({ status: 404 })] }
    const run = start({ streams: [notServed, { events: [listEnd('5')] }], lists: [failure({ status: 404 })] })
    await run.clock.advance(10_000)
    expect([run.asked.streams.length, run.reflector.synced]).toEqual([2, true])
  })
})

describe('a list as a stream that is stopped', () => {
  it.each<{ name: string; setUp: SetUp; advance: number }>([
    { name: 'before its first object', setUp: { streams: [{ end: 'deaf' }] }, advance: 10 },
    { name: 'within', setUp: { streams: [{ events: [added('a', '3')], end: 'deaf' }] }, advance: 10 },
    { name: 'after its end', setUp: { streams: [{ events: [listEnd('5')], end: 'deaf' }] }, advance: 10 },
    { name: 'in the pause after it broke', setUp: { streams: [{ events: [torn] }] }, advance: 10 },
  ])('$name: ends at once, tells nothing and leaves no timer', async ({ setUp, advance }) => {
    const run = start(setUp)
    await run.clock.advance(advance)
    const asked = structuredClone(run.asked)
    run.stop.abort(new Error('stop'))
    await run.ended
    await run.clock.advance(1_000_000)
    expect([run.changes, run.asked, run.clock.pending]).toEqual([[], asked, 0])
  })
})

describe('a server that comes back', () => {
  const begun = { events: [added('a', '3'), listEnd('5'), torn] }

  it('is looked at once, and the watch goes on where it was', async () => {
    const run = start({ streams: [begun], looks: [torn, '5'] })
    await run.clock.advance(10_000)
    expect([run.asked.looks, run.asked.watches.length, run.asked.lists.length]).toEqual([2, 1, 0])
  })

  it('from a backup, with revisions that went backwards, is told and listed anew', async () => {
    const run = start({ streams: [begun, { events: [tooNew] }], looks: ['4'], lists: [tooNew, page('4')] })
    await run.clock.advance(10_000)
    expect(run.errors).toEqual([
      'watch: socket hang up',
      'watch: Cannot follow the watch: version 4 came after 5',
      'list: refused',
      'went back: 5 to 4',
    ])
    expect(run.asked.lists).toEqual([{ limit: 2, resourceVersion: '5' }, { limit: 2 }])
    expect(run.asked.watches).toMatchObject([{ resourceVersion: '4' }])
    expect(run.changes).toEqual(['default/a ->3', 'default/a 3>-'])
  })

  it('with revisions that went backwards while it was silent is found out by the list after the silence', async () => {
    const run = start({
      streams: [{ events: [listEnd('5')], end: 'deaf' }, { events: [tooNew] }],
      lists: [tooNew, page('4', [thing({ version: '4' })])],
    })
    await run.clock.advance(90_000)
    expect(run.errors.at(-1)).toBe('went back: 5 to 4')
    expect(run.changes).toEqual(['default/a ->4'])
  })

  it('from a backup, with new writes past what was seen, is told by an object that was newer', async () => {
    const unreachable = failure({ code: 'unreachable' })
    const run = start({
      streams: [
        { events: [added('a', '30'), added('b', '4'), listEnd('50'), unreachable] },
        { events: [added('a', '9'), added('b', '4'), listEnd('60')] },
      ],
    })
    await run.clock.advance(10_000)
    expect(run.errors).toEqual(['watch: refused', 'went back: 50 to 60'])
    expect(run.changes.slice(2)).toEqual(['default/a 30>9'])
  })

  it('with a same name for another object is not taken for one from a backup', async () => {
    const other = event('ADDED', { name: 'a', uid: 'other', version: '9' })
    const run = start({
      streams: [{ events: [added('a', '30'), listEnd('50'), expired] }, { events: [other, listEnd('60')] }],
    })
    await run.clock.advance(10_000)
    expect(run.errors).toEqual(['watch: refused'])
  })

  it('with versions that are no numbers is taken as it is', async () => {
    const run = start({ streams: [{ events: [listEnd('b'), event('MODIFIED', { version: 'a' }), torn] }] })
    await run.clock.advance(10_000)
    expect(run.errors).toEqual(['watch: socket hang up'])
    expect(run.asked.watches).toMatchObject([{ resourceVersion: 'a' }])
  })
})

describe('a reflector whose listeners fail', () => {
  it('goes on when even who is told of errors throws', async () => {
    const run = start({ streams: [{ events: [listEnd('5'), torn] }] })
    run.errors.push = () => {
      throw new Error('oops')
    }
    await run.clock.advance(10_000)
    expect(run.asked.watches).toHaveLength(1)
  })
})
