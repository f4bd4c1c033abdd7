import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHeap, type Heaped } from '../../../src/controller/queue/heap.ts'

interface Element extends Heaped {
  readonly value: number
}

/** A number pushes it; `remove` takes out one of those held, wherever it is. */
const command = fc.oneof({ weight: 3, arbitrary: fc.nat(200) }, fc.record({ remove: fc.nat(100) }))

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

function createDriver() {
  const heap = createHeap<Element>((a, b) => a.value < b.value)
  const held: Element[] = []

  function push(value: number): void {
    const element = { value, place: 0 }
    held.push(element)
    heap.push(element)
  }

  function remove(which: number): void {
    const [element] = held.splice(which % held.length, 1)
    if (element !== undefined) heap.remove(element)
  }

  return {
    step(next: Command) {
      if (typeof next === 'number') push(next)
      else remove(next.remove)
      expect(heap.size).toBe(held.length)
      expect(heap.peek()?.value).toBe(held.toSorted((a, b) => a.value - b.value)[0]?.value)
    },
    drain() {
      for (const { value } of held.toSorted((a, b) => a.value - b.value)) {
        const first = heap.peek()
        expect(first?.value).toBe(value)
        if (first !== undefined) heap.remove(first)
      }
    },
  }
}

describe('a heap', () => {
  it('shows the smallest of what was pushed and not removed, after any sequence of both', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 20, maxLength: 100 }), (commands) => {
        const driver = createDriver()
        for (const next of commands) driver.step(next)
        driver.drain()
      }),
      { numRuns: 500 },
    )
  })
})
