// A small API server for one kind: versions, history, compaction, pages of a snapshot, and faults on request.

import type { ListOptions, ListPage, ListWatch, WatchEvent, WatchOptions } from '../../src/controller/list-watch.ts'
import { failure } from './scripted-list-watch.ts'
import { type Thing, thing } from './thing.ts'

/** What an open watch meets (cut, end, malformed, bookmark), what the next call meets (busy, refuse), or compaction. */
export type Fault = keyof typeof watchFaults | 'end' | 'bookmark' | keyof typeof callFaults | 'compact'

const watchFaults = {
  cut: () => new Error('socket hang up'),
  malformed: () => failure({ code: 'malformed' }),
}
const callFaults = {
  busy: () => failure({ status: 503, retryAfter: 1_000 }),
  refuse: () => failure({ status: 500 }),
}

export function faultyServer() {
  const state = createState()
  const inboxes = new Set<Inbox>()
  /** What the next calls meet. */
  const errors: Error[] = []

  function meetError(): void {
    const error = errors.shift()
    if (error !== undefined) throw error
  }

  function tellAll(news: News): void {
    for (const inbox of inboxes) inbox.put(news)
  }

  async function* watch({ resourceVersion, signal }: WatchOptions): AsyncGenerator<WatchEvent<Thing>> {
    meetError()
    const inbox = createInbox(signal)
    inboxes.add(inbox)
    try {
      for (let told = Number(resourceVersion), news: News = 'change'; news !== 'end'; news = await inbox.take()) {
        for (const { version, event } of state.since(told)) {
          told = version
          yield structuredClone(event)
        }
        if (news === 'bookmark') yield { type: 'BOOKMARK', object: { metadata: { resourceVersion: String(told) } } }
      }
    } finally {
      inboxes.delete(inbox)
    }
  }

  const listWatch: ListWatch<Thing> = {
    async list(options) {
      meetError()
      return state.page(options)
    },
    watch,
  }

  return {
    listWatch,
    objects: state.objects,
    /** Creates the object, or changes it. */
    put(name: string) {
      state.put(name)
      tellAll('change')
    },
    remove(name: string) {
      state.remove(name)
      tellAll('change')
    },
    fault(fault: Fault) {
      if (fault === 'compact') state.compact()
      else if (fault === 'busy' || fault === 'refuse') errors.push(callFaults[fault]())
      else tellAll(fault)
    },
  }
}

function createState() {
  const objects = new Map<string, Thing>()
  const snapshots = new Map<string, readonly Thing[]>()
  let history: { version: number; event: WatchEvent<Thing> }[] = []
  let version = 1
  let oldest = 0
  let uids = 0

  function record(type: 'ADDED' | 'MODIFIED' | 'DELETED', { name, uid }: { name: string; uid: string }): Thing {
    const object = thing({ name, uid, version: String(++version) })
    history.push({ version, event: { type, object } })
    return object
  }

  function refuseGone(asked: number): void {
    if (asked < oldest) throw failure({ status: 410 })
  }

  return {
    objects,
    put(name: string) {
      const known = objects.get(name)
      const uid = known?.metadata.uid ?? `uid-${++uids}`
      objects.set(name, record(known === undefined ? 'ADDED' : 'MODIFIED', { name, uid }))
    },
    remove(name: string) {
      const known = objects.get(name)
      if (known === undefined) return
      record('DELETED', { name, uid: known.metadata.uid })
      objects.delete(name)
    },
    compact() {
      oldest = version
      history = []
    },
    since(told: number) {
      refuseGone(told)
      return history.filter((entry) => entry.version > told)
    },
    page({ limit, continue: token = `${version}/0` }: ListOptions): ListPage<Thing> {
      const [at = '', from] = token.split('/')
      refuseGone(Number(at))
      if (Number(at) === version) snapshots.set(at, [...objects.values()])
      const all = snapshots.get(at) ?? []
      const end = Number(from) + (limit ?? all.length)
      const items = all.slice(Number(from), end).map((item) => structuredClone(item))
      return { items, resourceVersion: at, continue: end < all.length ? `${at}/${end}` : undefined }
    },
  }
}

type News = 'change' | 'bookmark' | 'end' | keyof typeof watchFaults

type Inbox = ReturnType<typeof createInbox>

/** What a watch is to hear next, or to break with; an abort ends it. */
function createInbox(signal: AbortSignal) {
  const letters: News[] = []
  let wake = () => {}
  const put = (news: News) => {
    letters.push(news)
    wake()
  }
  signal.addEventListener('abort', () => put('end'))
  return {
    put,
    async take(): Promise<'change' | 'bookmark' | 'end'> {
      while (letters.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const news = letters.shift() as News
      if (news === 'cut' || news === 'malformed') throw watchFaults[news]()
      return news
    },
  }
}
