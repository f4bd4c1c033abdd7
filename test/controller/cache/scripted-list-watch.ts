// A ListWatch that does what the test says, call by call, and writes down what it was asked.

import type {
  ListOptions,
  ListPage,
  ListWatch,
  WatchEvent,
  WatchOptions,
} from '../../../src/controller/cache/list-watch.ts'
import type { Thing } from './thing.ts'

/** One watch: each entry is an event to send or an error to throw; then the stream ends, or hangs until the abort. */
export interface WatchScript {
  readonly events?: readonly (WatchEvent<Thing> | Error)[]
  /** Not before this promise. */
  readonly after?: Promise<void>
  readonly end?: 'clean' | 'hang' | 'deaf'
}

/** One list: a page, an error to throw, or `deaf`: no answer, not even to an abort. */
export type ListScript = ListPage<Thing> | Error | 'hang' | 'deaf'

export interface Asked {
  readonly lists: Omit<ListOptions, 'signal'>[]
  readonly watches: Omit<WatchOptions, 'signal'>[]
  /** Lists as streams; a server that refuses them is asked once. */
  readonly streams: Omit<WatchOptions, 'signal'>[]
  /** How often the newest version was looked at. */
  looks: number
}

export interface Scripts {
  readonly lists?: readonly ListScript[] | undefined
  readonly watches?: readonly WatchScript[] | undefined
  /** The newest versions that the server shows when it is looked at after it was away; by default one far ahead. */
  readonly looks?: readonly (string | Error)[] | undefined
  /** Watches that begin with a list; without them the server refuses such a watch. */
  readonly streams?: readonly WatchScript[] | undefined
}

/** Beyond the end of the script, lists and watches hang. */
export function scriptedListWatch({ lists = [], watches = [], looks = [], streams }: Scripts) {
  const asked: Asked = { lists: [], watches: [], streams: [], looks: 0 }
  const open = { watches: 0 }
  const remaining = { lists: [...lists], watches: [...watches], streams: [...(streams ?? [])], looks: [...looks] }

  function look(): ListPage<Thing> {
    asked.looks++
    const seen = remaining.looks.shift() ?? '1000000'
    if (seen instanceof Error) throw seen
    return page(seen)
  }

  const listWatch: ListWatch<Thing> = {
    async list({ signal, ...options }) {
      if (options.limit === 1) return look()
      asked.lists.push(dropUndefined(options))
      const answer = remaining.lists.shift() ?? 'hang'
      if (answer instanceof Error) throw answer
      if (answer === 'deaf') return new Promise(() => {})
      return answer === 'hang' ? untilAbort(signal) : answer
    },
    async *watch({ signal, sendInitialEvents, ...options }) {
      const kind = sendInitialEvents ? 'streams' : 'watches'
      asked[kind].push(dropUndefined(options))
      if (sendInitialEvents && streams === undefined) throw failure({ status: 422 })
      open.watches++
      try {
        yield* play(remaining[kind].shift() ?? { end: 'hang' }, signal)
      } finally {
        open.watches--
      }
    },
  }
  return { listWatch, asked, open }
}

async function* play({ events = [], after, end = 'hang' }: WatchScript, signal: AbortSignal) {
  await after
  for (const event of events) {
    if (event instanceof Error) throw event
    yield event
  }
  if (end === 'hang') await untilAbort(signal)
  if (end === 'deaf') await new Promise(() => {})
}

function untilAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

function dropUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}

export const page = (version: string, items: readonly Thing[] = [], next?: string): ListPage<Thing> => ({
  items,
  resourceVersion: version,
  continue: next,
})

export const bookmark = (resourceVersion: string): WatchEvent<Thing> => ({
  type: 'BOOKMARK',
  object: { metadata: { resourceVersion } },
})

/** The bookmark after which a list that came as a stream is whole. */
export const listEnd = (resourceVersion: string): WatchEvent<Thing> => ({
  type: 'BOOKMARK',
  object: { metadata: { resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } } },
})

/** An error as transports throw it. */
export function failure(properties: object): Error {
  return Object.assign(new Error('refused'), properties)
}
