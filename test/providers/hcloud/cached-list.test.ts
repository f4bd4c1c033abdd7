import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCachedList } from '../../../src/providers/hcloud/cached-list.ts'
import { createWriteLog } from '../../../src/providers/hcloud/write-log.ts'
import { fakeClock } from '../../support/fake-clock.ts'

interface Item {
  id: number
  name: string
  uid: string
  value: number
}

function setUp({ lag = 5_000 } = {}) {
  const clock = fakeClock()
  const writes = createWriteLog({ clock, drain: 10_000 })
  const changes: string[] = []
  const list = createCachedList<Item>({
    clock,
    writes,
    uidOf: ({ uid }) => uid,
    print: ({ value }) => String(value),
    onChange: (uid) => changes.push(uid),
    onListed: () => undefined,
    lag,
    maxAge: () => 90_000,
  })
  const signal = new AbortController().signal
  return { clock, writes, changes, list, signal }
}

const item = (id: number, value = 0, uid = `u${id}`): Item => ({ id, name: `item-${id}`, uid, value })

describe('a shared flight', () => {
  it('begins after the question: one that is under way may have read too early', async () => {
    const { list, signal } = setUp()
    const first = Promise.withResolvers<Item[]>()
    const reads: string[] = []
    const reading = (name: string, items: Item[] | Promise<Item[]>) => async () => {
      reads.push(name)
      return items
    }
    const early = list.fresh('u1', reading('first', first.promise), signal)
    await new Promise((resolve) => setImmediate(resolve))
    const late = list.fresh('u1', reading('second', [item(1)]), signal)
    const later = list.fresh('u1', reading('third', []), signal)
    first.resolve([])
    expect(await early).toEqual([])
    expect(await late).toEqual([item(1)])
    expect(await later).toEqual([item(1)])
    expect(reads).toEqual(['first', 'second'])
  })

  it('does not fail the next one when it fails itself', async () => {
    const { list, signal } = setUp()
    const failing = list.fresh('u1', () => Promise.reject(new Error('down')), signal)
    await expect(failing).rejects.toThrow('down')
    expect(await list.fresh('u1', async () => [item(1)], signal)).toEqual([item(1)])
  })

  it('leaves what is known as it was when it fails', async () => {
    const { list, signal, changes } = setUp()
    await list.sweep(async () => [item(1)])
    await expect(list.fresh('u1', () => Promise.reject(new Error('down')), signal)).rejects.toThrow('down')
    expect(list.known('u1')).toEqual([item(1)])
    expect(changes).toEqual([])
  })
})

describe('differences', () => {
  it.each([
    { what: 'a new item', before: [], after: [item(1)], want: ['u1'] },
    { what: 'one that has gone', before: [item(1)], after: [], want: ['u1'] },
    { what: 'one that differs', before: [item(1, 0)], after: [item(1, 1)], want: ['u1'] },
    { what: 'nothing', before: [item(1)], after: [item(1)], want: [] },
    { what: 'one that changed hands', before: [item(1, 0, 'a')], after: [item(1, 1, 'b')], want: ['a', 'b'] },
  ])('tell of $what', async ({ before, after, want }) => {
    const { list, changes } = setUp()
    await list.sweep(async () => before)
    await list.sweep(async () => after)
    expect(changes).toEqual(want)
  })

  it('do not tell of the own writes', async () => {
    const { list, changes } = setUp()
    await list.sweep(async () => [item(1, 0), item(2)])
    list.merge(item(1, 5))
    list.merge(item(3))
    list.remove(2)
    await list.sweep(async () => [item(1, 5), item(3)])
    expect(changes).toEqual([])
  })

  it('are not seen by the first look', async () => {
    const { list, changes } = setUp()
    await list.sweep(async () => [item(1)])
    expect(changes).toEqual([])
  })
})

describe('what may be known', () => {
  /** A world with one item, writes to it, and lists that are asked for and answered at any moments in between. */
  const steps = fc.array(
    fc.constantFrom<'write' | 'ask' | 'answer' | 'look'>('write', 'ask', 'answer', 'look', 'look'),
    { minLength: 5, maxLength: 60 },
  )

  it.each([
    { how: 'that told nothing', merged: false },
    { how: 'whose answer was merged in', merged: true },
  ])('is never older than the own last write $how, whatever the order of questions and answers', async ({ merged }) => {
    const run = async (script: readonly string[]) => {
      const { list, writes } = setUp()
      let world = 0
      const pending: { seen: number; resolve: (items: Item[]) => void }[] = []
      const actions: Record<string, () => void> = {
        write() {
          const ended = writes.begin('u1')
          world += 1
          if (merged) list.merge(item(1, world))
          ended({ unknown: false, merged })
        },
        ask: () => void list.sweep(() => new Promise((resolve) => pending.push({ seen: world, resolve }))),
        answer() {
          const one = pending.shift()
          one?.resolve([item(1, one.seen)])
        },
        look() {
          for (const known of list.known('u1')) expect(known.value).toBe(world)
        },
      }
      for (const step of script) {
        actions[step]?.()
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await fc.assert(fc.asyncProperty(steps, run), { numRuns: 150 })
  })

  it.each([
    { what: 'no list has shown', listed: [] },
    { what: 'a list that lags shows still', listed: [item(1, 0, 'u')] },
  ])('is not what bore the name before the one whose creation was just answered, which $what', async ({ listed }) => {
    const { list, signal } = setUp()
    list.merge(item(1, 0, 'u'))
    list.merge({ ...item(2, 0, 'u'), name: 'item-1' })
    const found = await list.fresh('u', async () => listed, signal)
    expect(found.map(({ id }) => id)).toEqual([2])
  })

  it.each([
    { lag: 0, after: 0, want: 0 },
    { lag: 5_000, after: 4_999, want: 7 },
    { lag: 5_000, after: 5_000, want: 0 },
    { lag: 60_000, after: 59_999, want: 7 },
  ])('is what a write told for the $lag ms that lists may lag', async ({ lag, after, want }) => {
    const { list, clock, signal } = setUp({ lag })
    list.merge(item(1, 7))
    await clock.advance(after)
    const [found] = await list.fresh('u1', async () => [item(1, 0)], signal)
    expect(found?.value).toBe(want)
  })

  it('is nothing while an own write is under way', async () => {
    const { list, writes } = setUp()
    await list.sweep(async () => [item(1)])
    const ended = writes.begin('u1')
    expect(list.known('u1')).toEqual([])
    ended({ unknown: false })
    expect(list.known('u1')).toEqual([])
    await list.sweep(async () => [item(1)])
    expect(list.known('u1')).toEqual([item(1)])
  })

  it('goes on after a write whose answer was merged in, with that answer', async () => {
    const { list, writes } = setUp()
    await list.sweep(async () => [item(1), item(2)])
    const ended = writes.begin('u1')
    list.merge(item(1, 7))
    expect(list.known('u1')).toEqual([])
    ended({ unknown: false, merged: true })
    expect(list.known('u1')).toEqual([item(1, 7)])
  })

  it('stays nothing when a merged answer follows a write that told nothing', async () => {
    const { list, writes } = setUp()
    await list.sweep(async () => [item(1), item(2, 0, 'u1')])
    writes.begin('u1')({ unknown: false })
    const ended = writes.begin('u1')
    list.merge(item(1, 7))
    ended({ unknown: false, merged: true })
    expect(list.known('u1')).toEqual([])
  })

  it("is not spoilt by another Project's write", async () => {
    const { list, writes } = setUp()
    await list.sweep(async () => [item(1), item(2)])
    writes.begin('u2')({ unknown: true })
    expect(list.known('u1')).toEqual([item(1)])
    expect(list.known('u2')).toEqual([])
  })
})
