// Objects as they shall be kept: each is transformed when it arrives, by list and watch alike, before anything holds on to
// it. A list of thousands is then never held in the large form in which it came.

import type { ListWatch } from './list-watch.ts'

/** Answers the object to keep, its argument or another one with the same identity. What it throws is a break of the watch. */
export type Transform<T> = (object: T) => T

export function transformed<T>(listWatch: ListWatch<T>, transform: Transform<T>): ListWatch<T> {
  return {
    async list(options) {
      const page = await listWatch.list(options)
      return { ...page, items: page.items.map(transform) }
    },
    async *watch(options) {
      for await (const event of listWatch.watch(options)) {
        yield event.type === 'BOOKMARK' ? event : { ...event, object: transform(event.object) }
      }
    },
  }
}
