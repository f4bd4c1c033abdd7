import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { bookmark, failure, type ListScript, page, type WatchScript } from './scripted-list-watch.ts'
import { event, expired, malformed, type SetUp, start, tooNew, torn } from './start-reflector.ts'
import { type Thing, thing } from './thing.ts'

describe('a reflector', () => {
  it('lists in pages, watches from the list and tells every change after the store has it', async () => {
    const seen: (Thing | undefined)[] = []
    const run = start({
      lists: [page('5', [thing({ name: 'a', version: '3' })], 'next'), page('5', [thing({ name: 'b', version: '4' })])],
      watches: [
        { events: [event('MODIFIED', { name: 'a', version: '6' }), event('DELETED', { name: 'b', version: '7' })] },
      ],
      onChange: ({ key }) => seen.push(run.store.get(key)),
    })
    await run.clock.advance(0)
    expect(run.asked.lists).toEqual([{ limit: 2 }, { limit: 2, continue: 'next' }])
    expect(run.asked.watches).toEqual([{ resourceVersion: '5', timeoutSeconds: 450 }])
    expect(run.changes).toEqual(['default/a ->3', 'default/b ->4', 'default/a 3>6', 'default/b 4>-'])
    expect(seen.map((object) => object?.metadata.resourceVersion)).toEqual(['3', '4', '6', undefined])
    expect(run.reflector.resourceVersion).toBe('7')
    run.stop.abort()
    await run.ended
  })

  it('tells which changes a list showed, the first and a later one, and which the watch', async () => {
    const origins: string[] = []
    const run = start({
      lists: [page('5', [thing({ name: 'a', version: '5' })]), page('9', [thing({ name: 'b', version: '9' })])],
      watches: [{ events: [event('MODIFIED', { name: 'a', version: '6' }), expired] }],
      onChange: ({ key }, origin) => origins.push(`${key} ${origin}`),
    })
    await run.clock.advance(60_000)
    expect(origins).toEqual(['default/a list', 'default/a watch', 'default/a list', 'default/b list'])
  })

  it('is synced after the first whole list, not after its first page', async () => {
    const run = start({ lists: [page('5', [thing()], 'next'), 'hang'] })
    const synced = run.reflector.whenSynced(run.stop.signal)
    await run.clock.advance(0)
    expect(run.reflector.synced).toBe(false)
    expect(run.store.size).toBe(0)
    run.stop.abort(new Error('stop'))
    await expect(synced).rejects.toThrow('stop')
  })

  it('is synced, and shows when it last heard something', async () => {
    const run = start({ lists: [page('5')] })
    await run.reflector.whenSynced(run.stop.signal)
    expect(run.reflector.synced).toBe(true)
    const heard = run.reflector.lastActivity
    await run.clock.advance(1_000)
    expect(run.reflector.lastActivity).toBe(heard)
  })

  it('tells a changed uid as an end and a beginning', async () => {
    const run = start({
      lists: [page('5', [thing({ uid: 'old', version: '5' })])],
      watches: [{ events: [event('ADDED', { uid: 'young', version: '7' })] }],
    })
    await run.clock.advance(0)
    expect(run.changes).toEqual(['default/a ->5', 'default/a 5>-', 'default/a ->7'])
  })

  it('takes ADDED for an object that it knows as a change, or as nothing when it has that version', async () => {
    const run = start({
      lists: [page('5', [thing({ version: '5' })])],
      watches: [{ events: [event('ADDED', { version: '5' }), event('ADDED', { version: '6' })] }],
    })
    await run.clock.advance(0)
    expect(run.changes).toEqual(['default/a ->5', 'default/a 5>6'])
  })

  it('survives a handler that throws, reports it and tells the next change', async () => {
    const run = start({
      lists: [page('5', [thing({ name: 'a' }), thing({ name: 'b' })])],
      onChange() {
        throw new Error('oops')
      },
    })
    await run.clock.advance(0)
    expect(run.errors).toEqual(['handler: oops', 'handler: oops'])
    expect(run.reflector.synced).toBe(true)
    expect(run.asked.watches).toHaveLength(1)
  })
})

const settled: WatchScript = { end: 'hang' }

describe('a reflector whose watch ends', () => {
  it.each<{ name: string; watches: WatchScript[]; lists?: ListScript[]; resumes: string[]; relists: object[] }>([
    {
      name: 'resumes from the last event after a cut',
      watches: [{ events: [event('ADDED', { version: '8' }), torn] }, settled],
      resumes: ['5', '8'],
      relists: [],
    },
    {
      name: 'resumes from the last bookmark after a cut',
      watches: [{ events: [bookmark('9'), torn] }, settled],
      resumes: ['5', '9'],
      relists: [],
    },
    {
      name: 'resumes from the list after a cut without any event',
      watches: [{ events: [torn] }, settled],
      resumes: ['5', '5'],
      relists: [],
    },
    {
      name: 'keeps resuming through an outage of many attempts',
      watches: [...Array(6).fill({ events: [torn] }), settled],
      resumes: Array(7).fill('5'),
      relists: [],
    },
    {
      name: 'resumes when the server is busy (429)',
      watches: [...Array(3).fill({ events: [failure({ status: 429 })] }), settled],
      resumes: Array(4).fill('5'),
      relists: [],
    },
    {
      name: 'resumes when the server is not up (503)',
      watches: [...Array(3).fill({ events: [failure({ status: 503 })] }), settled],
      resumes: Array(4).fill('5'),
      relists: [],
    },
    {
      name: 'lists once, not at every short watch that follows',
      watches: [{ end: 'clean' }, { end: 'clean' }, { end: 'clean' }, settled],
      lists: [page('20')],
      resumes: ['5', '5', '20', '20'],
      relists: [{ limit: 2, resourceVersion: '5' }],
    },
    {
      name: 'lists at its version on 410',
      watches: [{ events: [bookmark('9'), expired] }, settled],
      lists: [page('20')],
      resumes: ['5', '20'],
      relists: [{ limit: 2, resourceVersion: '9' }],
    },
    {
      name: 'lists the newest when its version is gone for lists, too',
      watches: [{ events: [expired] }, settled],
      lists: [expired, page('20')],
      resumes: ['5', '20'],
      relists: [{ limit: 2, resourceVersion: '5' }, { limit: 2 }],
    },
    {
      name: 'lists the newest when the server has not seen its version ("too large resource version")',
      watches: [{ events: [expired] }, settled],
      lists: [tooNew, page('4')],
      resumes: ['5', '4'],
      relists: [{ limit: 2, resourceVersion: '5' }, { limit: 2 }],
    },
    {
      name: 'lists anew at 410 on a continue page, and without pages when that happens again',
      watches: [{ events: [expired] }, settled],
      lists: [expired, page('20', [thing()], 'c'), expired, page('21')],
      resumes: ['5', '21'],
      relists: [{ limit: 2, resourceVersion: '5' }, { limit: 2 }, { limit: 2, continue: 'c' }, {}],
    },
    {
      name: 'lists after an unreadable line',
      watches: [{ events: [bookmark('9'), malformed] }, settled],
      lists: [page('20')],
      resumes: ['5', '20'],
      relists: [{ limit: 2, resourceVersion: '9' }],
    },
    {
      name: 'lists after two refusals (500) in a row',
      watches: [{ events: [failure({ status: 500 })] }, { events: [failure({ status: 500 })] }, settled],
      lists: [page('20')],
      resumes: ['5', '5', '20'],
      relists: [{ limit: 2, resourceVersion: '5' }],
    },
    {
      name: 'lists after two very short watches in a row',
      watches: [{ end: 'clean' }, { end: 'clean' }, settled],
      lists: [page('20')],
      resumes: ['5', '5', '20'],
      relists: [{ limit: 2, resourceVersion: '5' }],
    },
    {
      name: 'lists after nobody listened any more: what comes back may have another past',
      watches: [{ events: [failure({ code: 'unreachable' })] }, settled],
      lists: [page('20')],
      resumes: ['5', '20'],
      relists: [{ limit: 2, resourceVersion: '5' }],
    },
    {
      name: 'does not list when short watches bring events',
      watches: [
        { end: 'clean' },
        { events: [bookmark('6')], end: 'clean' },
        { events: [bookmark('7')], end: 'clean' },
        settled,
      ],
      resumes: ['5', '5', '6', '7'],
      relists: [],
    },
  ])('$name', async ({ watches, lists = [], resumes, relists }) => {
    const run = start({ lists: [page('5'), ...lists], watches })
    await run.clock.advance(80_000)
    expect(run.asked.watches.map(({ resourceVersion }) => resourceVersion)).toEqual(resumes)
    expect(run.asked.lists.slice(1)).toEqual(relists)
    expect(run.reflector.synced).toBe(true)
    run.stop.abort()
    await run.ended
    expect(run.clock.pending).toBe(0)
  })

  it('shows after a list what happened in between: deletions, changes and additions', async () => {
    const run = start({
      lists: [
        page('5', [thing({ name: 'a', version: '3' }), thing({ name: 'b', version: '4' })]),
        page('9', [thing({ name: 'b', version: '8' }), thing({ name: 'c', version: '9' })]),
      ],
      watches: [{ events: [expired] }],
    })
    await run.clock.advance(60_000)
    expect(run.changes.slice(2)).toEqual(['default/a 3>-', 'default/b 4>8', 'default/c ->9'])
  })

  it('goes on at once when the server ends a watch that has lived', async () => {
    const end = Promise.withResolvers<void>()
    const run = start({ lists: [page('5')], watches: [{ after: end.promise, end: 'clean' }, settled] })
    await run.clock.advance(300_000)
    end.resolve()
    await run.clock.advance(0)
    expect(run.asked.watches).toHaveLength(2)
    expect(run.errors).toEqual([])
  })

  it('waits as long as Retry-After on a watch says', async () => {
    const run = start({ lists: [page('5')], watches: [{ events: [failure({ status: 429, retryAfter: 70_000 })] }] })
    await run.clock.advance(69_999)
    expect(run.asked.watches).toHaveLength(1)
    await run.clock.advance(1)
    expect(run.asked.watches).toHaveLength(2)
  })
})

describe('the pause of a reflector', () => {
  it.each<{ name: string; error: Error; want: number[] }>([
    {
      name: 'doubles from 0.8 s to 30 s, with full jitter',
      error: torn,
      want: [800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000],
    },
    {
      name: 'grows to 4 s only while nobody answers, so that a server that is back is found within 5 s',
      error: failure({ code: 'broken' }),
      want: [800, 1_600, 3_200, 4_000, 4_000, 4_000, 4_000, 4_000],
    },
  ])('$name', async ({ error, want }) => {
    const run = start({ lists: [page('5')], watches: Array(9).fill({ events: [error] }), random: 1 })
    const opened: number[] = []
    while (opened.length < 9) {
      await run.clock.advance(opened.length === 0 ? 0 : 200)
      if (run.asked.watches.length > opened.length) opened.push(run.clock.monotonic())
    }
    const pauses = opened.slice(1).map((at, index) => at - (opened[index] as number))
    expect(pauses).toEqual(want)
  })

  it('after an outage does not make the answer of a server that is back (410) wait as long as silence did', async () => {
    const down = { events: [failure({ code: 'broken' })] }
    const run = start({
      lists: [page('5'), page('20')],
      watches: [...Array(8).fill(down), { events: [expired] }],
      random: 1,
    })
    while (run.asked.watches.length < 9) await run.clock.advance(100)
    await run.clock.advance(800)
    expect(run.reflector.resourceVersion).toBe('20')
  })

  it('for a server that is not up yet (503) is two seconds at most at first, though it names five', async () => {
    const run = start({ lists: [page('5')], watches: [{ events: [failure({ status: 503, retryAfter: 5_000 })] }] })
    await run.clock.advance(1_999)
    expect(run.asked.watches).toHaveLength(1)
    await run.clock.advance(1)
    expect(run.asked.watches).toHaveLength(2)
  })

  it('starts anew when the last failure was two calm minutes ago', async () => {
    const cut = Promise.withResolvers<void>()
    const run = start({
      lists: [page('5')],
      watches: [{ events: [torn] }, { after: cut.promise, events: [torn] }],
      random: 1,
    })
    await run.clock.advance(800 + 120_000)
    cut.resolve()
    await run.clock.advance(799)
    expect(run.asked.watches).toHaveLength(2)
    await run.clock.advance(1)
    expect(run.asked.watches).toHaveLength(3)
  })

  it('is never nothing, even when chance says so', async () => {
    const run = start({ lists: [failure({ status: 500 }), failure({ status: 500 }), page('5')], random: 0 })
    await run.clock.advance(49)
    expect(run.asked.lists).toHaveLength(1)
    await run.clock.advance(1)
    expect(run.asked.lists).toHaveLength(2)
  })
})

describe('a reflector whose connection is dead', () => {
  it('lists anew within 90 s of silence, once bookmarks have shown that there need be none', async () => {
    const run = start({
      lists: [page('5'), page('6'), page('6')],
      watches: [{ events: [bookmark('6')], end: 'deaf' }, { end: 'deaf' }],
    })
    await run.clock.advance(84_999)
    expect(run.errors).toEqual([])
    await run.clock.advance(5_000)
    expect(run.errors).toEqual(['watch: Watch silent for 85000 ms'])
    expect(run.asked.lists.slice(1)).toEqual([{ limit: 2, resourceVersion: '6' }])
    expect(run.asked.watches).toHaveLength(2)
    // The second one brings nothing at all, but this server is known to send bookmarks.
    await run.clock.advance(90_000)
    expect(run.asked.watches).toHaveLength(3)
  })

  it('lets a quiet watch live where bookmarks were never seen, up to fifteen seconds over its time', async () => {
    const run = start({ lists: [page('5'), page('5')], watches: [{ end: 'deaf' }] })
    await run.clock.advance(464_999)
    expect(run.asked.watches).toHaveLength(1)
    await run.clock.advance(1_001)
    expect(run.asked.watches).toHaveLength(2)
  })

  it('does not take slow but steady events for silence', async () => {
    const gaps = Array.from({ length: 4 }, (_, index) => bookmark(String(10 + index)))
    const run = start({ lists: [page('5')] })
    run.listWatch.watch = async function* () {
      for (const gap of gaps) {
        yield gap
        await new Promise<void>((resolve) => run.clock.schedule(80_000, resolve))
      }
    }
    await run.clock.advance(319_000)
    expect(run.errors).toEqual([])
    expect(run.reflector.resourceVersion).toBe('13')
  })
})

describe('a reflector over a long watch', () => {
  it('leaves nothing behind with each event', async () => {
    const events = Array.from({ length: 100 }, (_, index) => bookmark(String(10 + index)))
    const run = start({ lists: [page('5')], watches: [{ events, end: 'clean' }] })
    let listeners = 0
    const original = run.listWatch.watch
    run.listWatch.watch = async function* (options) {
      yield* original(options)
      listeners = getEventListeners(options.signal, 'abort').length
      await new Promise(() => {})
    }
    run.stop.signal.addEventListener('abort', () => {})
    await run.clock.advance(10)
    expect(run.reflector.resourceVersion).toBe('109')
    expect(listeners).toBeLessThan(5)
  })
})

describe('a reflector that is stopped', () => {
  it.each<{ name: string; setUp: SetUp; advance?: number }>([
    { name: 'before it began', setUp: { lists: ['hang'] } },
    { name: 'while it lists', setUp: { lists: ['hang'] }, advance: 10 },
    { name: 'while it lists and nobody answers the abort', setUp: { lists: ['deaf'] }, advance: 10 },
    { name: 'between two pages', setUp: { lists: [page('5', [], 'c'), 'hang'] }, advance: 10 },
    { name: 'in the pause after a failed list', setUp: { lists: [failure({ status: 500 })] }, advance: 10 },
    { name: 'while it watches', setUp: { lists: [page('5')] }, advance: 10 },
    {
      name: 'while it watches and nobody answers the abort',
      setUp: { lists: [page('5')], watches: [{ end: 'deaf' }] },
      advance: 10,
    },
    {
      name: 'while the silence alarm is set',
      setUp: { lists: [page('5')], watches: [{ events: [bookmark('6')] }] },
      advance: 10,
    },
    {
      name: 'in the pause after a failed watch',
      setUp: { lists: [page('5')], watches: [{ events: [torn] }] },
      advance: 10,
    },
    {
      name: 'in the pause after a short watch',
      setUp: { lists: [page('5')], watches: [{ end: 'clean' }] },
      advance: 10,
    },
  ])('$name: ends at once, opens nothing more and leaves no timer', async ({ setUp, advance }) => {
    const run = start(setUp)
    if (advance !== undefined) await run.clock.advance(advance)
    const { errors } = run
    const errorsBefore = errors.length
    run.stop.abort(new Error('stop'))
    await run.ended
    const asked = structuredClone(run.asked)
    await run.clock.advance(1_000_000)
    expect(run.asked).toEqual(asked)
    expect(run.clock.pending).toBe(0)
    expect(errors).toHaveLength(errorsBefore)
  })

  it('tells nothing that arrives after the stop', async () => {
    const late = Promise.withResolvers<void>()
    const watches = [{ after: late.promise, events: [event('ADDED', { version: '6' })] }]
    const run = start({ lists: [page('5')], watches })
    await run.clock.advance(10)
    run.stop.abort()
    late.resolve()
    await run.ended
    await run.clock.advance(10)
    expect(run.changes).toEqual([])
  })
})
