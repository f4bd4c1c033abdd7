import { describe, expect, it } from 'vitest'
import { createOwnWrites } from '../../src/controller/own-writes.ts'
import { fakeClock } from '../support/fake-clock.ts'

function setUp() {
  const clock = fakeClock()
  const view = { seen: '10' as string | undefined }
  return { clock, view, writes: createOwnWrites({ clock, seen: () => view.seen }) }
}

describe('a key that was written to', () => {
  it('is held back until the cache has seen the write', () => {
    const { view, writes } = setUp()
    writes.wrote('a', '12')
    expect(writes.holdBack('a')).toBeGreaterThan(0)
    expect(writes.holdBack('b')).toBeUndefined()
    view.seen = '11'
    expect(writes.holdBack('a')).toBeGreaterThan(0)
    view.seen = '12'
    expect(writes.holdBack('a')).toBeUndefined()
  })

  it('is held back by numbers, not by letters, and beyond what a double can tell apart', () => {
    const { view, writes } = setUp()
    view.seen = '9'
    writes.wrote('a', '10')
    expect(writes.holdBack('a')).toBeGreaterThan(0)
    view.seen = '9007199254740992'
    writes.wrote('b', '9007199254740993')
    expect(writes.holdBack('b')).toBeGreaterThan(0)
  })

  it('is looked at soon at first, then less often, and soon again after another write', () => {
    const { writes } = setUp()
    writes.wrote('a', '12')
    expect(Array.from({ length: 7 }, () => writes.holdBack('a'))).toEqual([5, 10, 20, 40, 80, 100, 100])
    writes.wrote('a', '13')
    expect(writes.holdBack('a')).toBe(5)
  })

  it('is let go after a capped wait when the cache does not catch up: it has stopped, or never began', async () => {
    const { clock, view, writes } = setUp()
    view.seen = undefined
    writes.wrote('a', '12')
    await clock.advance(9_999)
    expect(writes.holdBack('a')).toBeGreaterThan(0)
    await clock.advance(1)
    expect(writes.holdBack('a')).toBeUndefined()
  })

  it('whose object was deleted meanwhile is let go when the cache has seen the deletion', () => {
    const { view, writes } = setUp()
    writes.wrote('a', '12')
    view.seen = '15'
    expect(writes.holdBack('a')).toBeUndefined()
    view.seen = '11'
    expect(writes.holdBack('a')).toBeUndefined()
  })

  it('is held back no longer than the cap when versions go backwards, as after a restored backup', async () => {
    const { clock, view, writes } = setUp()
    writes.wrote('a', '1000')
    view.seen = '7'
    await clock.advance(10_000)
    expect(writes.holdBack('a')).toBeUndefined()
  })

  it('is not held back for a version that is no number, written or seen', () => {
    const { view, writes } = setUp()
    for (const version of ['', 'abc', '-1', '0x10', '1.5']) {
      writes.wrote('a', version)
      expect(writes.holdBack('a')).toBeUndefined()
    }
    view.seen = 'abc'
    writes.wrote('a', '12')
    expect(writes.holdBack('a')).toBeUndefined()
  })
})
