// A binary heap: the smallest element first. Elements carry their place in it, so that any of them can be taken out.

export interface Heaped {
  /** Its index, kept by the heap. */
  place: number
}

export interface Heap<T extends Heaped> {
  push(element: T): void
  peek(): T | undefined
  /** The element must be in this heap. */
  remove(element: T): void
  clear(): void
  readonly size: number
}

export function createHeap<T extends Heaped>(isLess: (a: T, b: T) => boolean): Heap<T> {
  const elements: T[] = []

  const at = (index: number): T => elements[index] as T

  function put(element: T, index: number): void {
    elements[index] = element
    element.place = index
  }

  function swap(a: number, b: number): void {
    const kept = at(a)
    put(at(b), a)
    put(kept, b)
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

  function sink(from: number): void {
    for (let index = from; ; ) {
      const smallest = smallestOf(index)
      if (smallest === index) return
      swap(index, smallest)
      index = smallest
    }
  }

  return {
    push(element) {
      put(element, elements.length)
      rise(element.place)
    },
    peek: () => elements[0],
    remove(element) {
      const { place } = element
      const last = elements.pop()
      if (last === undefined || last === element) return
      put(last, place)
      rise(place)
      sink(last.place)
    },
    clear() {
      elements.length = 0
    },
    get size() {
      return elements.length
    },
  }
}
