// A small API server for one kind: versions, history, compaction, pages of a snapshot, and faults on request.

import type {
  ListOptions,
  ListPage,
  ListWatch,
  WatchEvent,
  WatchOptions,
} from '../../../src/controller/cache/list-watch.ts'
import { bookmark, failure, listEnd } from './scripted-list-watch.ts'
import { type Thing, thing } from './thing.ts'

/**
 * What an open watch meets (cut, end, malformed, bookmark), what the next call meets (busy, refuse), compaction, or a
 * return to the state that was when the history was last compacted, as from a backup.
 */
export type Fault = keyof typeof watchFaults | 'end' | 'bookmark' | keyof typeof callFaults | 'compact' | 'restore'

const watchFaults = {
  cut: () => new Error('socket hang up'),
  malformed: () => failure({ code: 'malformed' }),
}
const callFaults = {
  busy: () => failure({ status: 503, retryAfter: 1_000 }),
  refuse: () => failure({ status: 500 }),
}

/** `streams`: it can send a list as the beginning of a watch. */
export function faultyServer({ streams = false } = {}) {
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

  async function* watch(options: WatchOptions): AsyncGenerator<WatchEvent<Thing>> {
    if (options.sendInitialEvents && !streams) throw failure({ status: 422 })
    meetError()
    const inbox = createInbox(options.signal)
    inboxes.add(inbox)
    try {
      const from = options.sendInitialEvents ? yield* list(inbox, options) : Number(options.resourceVersion)
      yield* changes(inbox, from)
    } finally {
      inboxes.delete(inbox)
    }
  }

  /** Answers the version that it told. What happens meanwhile breaks it off, or is told after it. */
  async function* list(inbox: Inbox, { resourceVersion }: WatchOptions): AsyncGenerator<WatchEvent<Thing>, number> {
    const page = state.page({ resourceVersion })
    for (const object of page.items) {
      if (inbox.isBroken()) throw watchFaults.cut()
      yield { type: 'ADDED', object }
    }
    yield listEnd(page.resourceVersion)
    return Number(page.resourceVersion)
  }

  async function* changes(inbox: Inbox, from: number): AsyncGenerator<WatchEvent<Thing>> {
    for (let told = from, news: News = 'change'; news !== 'end'; news = await inbox.take()) {
      for (const { version, event } of state.since(told)) {
        told = version
        yield structuredClone(event)
      }
      if (news === 'bookmark') yield bookmark(String(told))
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
      else if (fault === 'restore') {
        state.restore()
        tellAll('cut')
      } else if (fault === 'busy' || fault === 'refuse') errors.push(callFaults[fault]())
      else tellAll(fault)
    },
  }
}

const tooNew = () => failure({ status: 504, causes: [{ reason: 'ResourceVersionTooLarge' }] })

function createState() {
  const objects = new Map<string, Thing>()
  const snapshots = new Map<string, readonly Thing[]>()
  let history: { version: number; event: WatchEvent<Thing> }[] = []
  let backup = new Map<string, Thing>()
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
      backup = new Map(objects)
    },
    /** Its versions begin anew from there; uids stay what they were, and no uid is ever given twice. */
    restore() {
      objects.clear()
      for (const [name, object] of backup) objects.set(name, object)
      version = oldest
      history = []
      snapshots.clear()
    },
    since(told: number) {
      refuseGone(told)
      return history.filter((entry) => entry.version > told)
    },
    page({ limit, resourceVersion, continue: token = `${version}/0` }: Omit<ListOptions, 'signal'>): ListPage<Thing> {
      if (Number(resourceVersion ?? 0) > version) throw tooNew()
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
    /** Whether what it is to hear next ends it. */
    isBroken: () => letters.some((letter) => letter !== 'change' && letter !== 'bookmark'),
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
