import { describe, expect, it } from 'vitest'
import { createOwnWrites } from '../../src/controller/own-writes.ts'
import { fakeClock } from '../support/fake-clock.ts'

function setUp() {
  const clock = fakeClock()
  const view = { seen: '10' as string | undefined }
  return { clock, view, writes: createOwnWrites({ clock, seen: () => view.seen, pause: 50, cap: 1_000 }) }
}

describe('a key that was written to', () => {
  it('is held back until the cache has seen the write', () => {
    const { view, writes } = setUp()
    writes.wrote('a', '12')
    expect(writes.holdBack('a')).toBe(50)
    expect(writes.holdBack('b')).toBeUndefined()
    view.seen = '11'
    expect(writes.holdBack('a')).toBe(50)
    view.seen = '12'
    expect(writes.holdBack('a')).toBeUndefined()
  })

  it('is held back by numbers, not by letters, and beyond what a double can tell apart', () => {
    const { view, writes } = setUp()
    view.seen = '9'
    writes.wrote('a', '10')
    expect(writes.holdBack('a')).toBe(50)
    view.seen = '9007199254740992'
    writes.wrote('b', '9007199254740993')
    expect(writes.holdBack('b')).toBe(50)
  })

  it('is let go when the cache does not catch up in time', async () => {
    const { clock, view, writes } = setUp()
    view.seen = undefined
    writes.wrote('a', '12')
    await clock.advance(999)
    expect(writes.holdBack('a')).toBe(50)
    await clock.advance(1)
    expect(writes.holdBack('a')).toBeUndefined()
  })
})
