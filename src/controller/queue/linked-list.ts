// A doubly linked list over elements that carry their own links: append, take from anywhere, both in constant time.
// A Set would do the same, but V8 finds its first element by walking over all that were deleted before it.

export interface Linked<T> {
  previous: T | undefined
  next: T | undefined
}

export interface LinkedList<T> {
  first: T | undefined
  last: T | undefined
}

export const emptyList = <T>(): LinkedList<T> => ({ first: undefined, last: undefined })

/** The element must be in no list. */
export function append<T extends Linked<T>>(list: LinkedList<T>, element: T): void {
  element.previous = list.last
  element.next = undefined
  if (list.last === undefined) list.first = element
  else list.last.next = element
  list.last = element
}

/** The element must be in this list. */
export function remove<T extends Linked<T>>(list: LinkedList<T>, element: T): void {
  const { previous, next } = element
  if (previous === undefined) list.first = next
  else previous.next = next
  if (next === undefined) list.last = previous
  else next.previous = previous
}
