import { describe, expect, it } from 'vitest'
import { createFirstPasses } from '../../src/reconcilers/first-passes.ts'

describe('first passes', () => {
  it('have not ended before the list is complete', () => {
    const passes = createFirstPasses()
    expect(passes.allEnded()).toBe(false)
    passes.expect('a')
    passes.ended('a')
    expect(passes.allEnded()).toBe(false)
    passes.listed()
    expect(passes.allEnded()).toBe(true)
  })

  it('have ended once each Project of the list had one', () => {
    const passes = createFirstPasses()
    passes.expect('a')
    passes.expect('b')
    passes.listed()
    passes.ended('a')
    expect(passes.allEnded()).toBe(false)
    passes.ended('b')
    expect(passes.allEnded()).toBe(true)
  })

  it('are not awaited of a Project that came later', () => {
    const passes = createFirstPasses()
    passes.listed()
    passes.expect('late')
    expect(passes.allEnded()).toBe(true)
  })

  it('end with an empty list at once', () => {
    const passes = createFirstPasses()
    passes.listed()
    expect(passes.allEnded()).toBe(true)
  })
})
