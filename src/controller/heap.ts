// A binary heap: the smallest element first.

export interface Heap<T> {
  push(element: T): void
  peek(): T | undefined
  pop(): T | undefined
  clear(): void
  readonly size: number
}

export function createHeap<T>(isLess: (a: T, b: T) => boolean): Heap<T> {
  const elements: T[] = []

  const at = (index: number): T => elements[index] as T

  function swap(a: number, b: number): void {
    const kept = at(a)
    elements[a] = at(b)
    elements[b] = kept
  }

  function rise(from: number): void {
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isLess(at(index), at(parent))) return
      swap(index, parent)
      index = parent
    }
  }

  function smallestOf(index: number): number {
    let smallest = index
    for (const child of [2 * index + 1, 2 * index + 2]) {
      if (child < elements.length && isLess(at(child), at(smallest))) smallest = child
    }
    return smallest
  }

  function sink(): void {
    for (let index = 0; ; ) {
      const smallest = smallestOf(index)
      if (smallest === index) return
      swap(index, smallest)
      index = smallest
    }
  }

  return {
    push(element) {
      elements.push(element)
      rise(elements.length - 1)
    },
    peek: () => elements[0],
    pop() {
      if (elements.length < 2) return elements.pop()
      swap(0, elements.length - 1)
      const first = elements.pop()
      sink()
      return first
    },
    clear() {
      elements.length = 0
    },
    get size() {
      return elements.length
    },
  }
}
