// Keeps a store equal to what the API server holds: lists once, then follows the watch, through every kind of break. The
// list comes as the beginning of the watch where the server can do that (WatchList), else in pages.

import { type Clock, type Duration, sleep } from '../../clock.ts'
import { abortable } from '../abortable.ts'
import { type KubernetesObject, keyOf } from '../kubernetes-object.ts'
import { isOlder, wentBack } from '../resource-version.ts'
import { createTurnLimit } from '../turn-limit.ts'
import type { Cache } from './cache.ts'
import { createInitialEvents } from './initial-events.ts'
import type { ListWatch, WatchEvent } from './list-watch.ts'
import { listAll, type Snapshot } from './paged-list.ts'
import { createResumePolicy, type Step } from './resume-policy.ts'
import { createSlim } from './slim.ts'
import type { Change, Store } from './store.ts'
import { type Transform, transformed } from './transformed.ts'
import { runWatch, type WatchSession } from './watch-session.ts'

export interface ReflectorDeps<T> {
  readonly listWatch: ListWatch<T>
  readonly store: Store<T>
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Of each object as it arrives; by default what `createSlim` makes of it. */
  readonly transform?: Transform<T>
  /** Lets timers and sockets have their turn while a long list is stored; without it a list is stored in one. */
  readonly nextTurn?: () => Promise<void>
  /** Called for every change, after the store holds it. */
  readonly onChange?: (change: Change<T>, origin: Origin) => void
  /** Told of every break, for logs and metrics; the reflector goes on by itself. */
  readonly onError?: (error: unknown, phase: Phase) => void
  /**
   * The server holds an earlier state than it had shown, as after etcd was restored from a backup. The store then holds
   * that state; whoever deletes things that no object speaks for should wait.
   */
  readonly onWentBack?: (versions: { readonly from: string; readonly to: string }) => void
  readonly pageSize?: number
}

export type Phase = 'list' | 'watch' | 'handler'

/** What showed a change. A list may show thousands at once, and none of them is news of this moment. */
export type Origin = 'list' | 'watch'

export function createReflector<T extends KubernetesObject>(deps: ReflectorDeps<T>): Cache {
  const { clock, random, pageSize = 500, transform = createSlim() } = deps
  const listWatch = transformed(deps.listWatch, transform)
  const policy = createResumePolicy({ clock, random })
  const view = createView(deps)

  async function list(signal: AbortSignal): Promise<Duration> {
    const { resourceVersion } = view
    await view.replace(await abortable(listAll(listWatch, { pageSize, resourceVersion, signal }), signal), signal)
    policy.listed()
    return 0
  }

  async function watch(signal: AbortSignal): Promise<Duration> {
    if (policy.isBack) await recognize(signal)
    return follow({ sendInitialEvents: false, onEvent: takeEvent, signal })
  }

  /** A server that was restored from a backup takes a version of ours for one to come, and is silent until it has come. */
  async function recognize(signal: AbortSignal): Promise<void> {
    const { resourceVersion } = await abortable(listWatch.list({ limit: 1, signal }), signal)
    if (isOlder(resourceVersion, view.resourceVersion)) throw wentBack(resourceVersion, view.resourceVersion ?? '')
    policy.recognized()
  }

  function watchList(signal: AbortSignal): Promise<Duration> {
    let initial = true
    const events = createInitialEvents<T>()
    const onEvent = async (event: WatchEvent<T>): Promise<boolean> => {
      if (!initial) return takeEvent(event)
      const snapshot = events.add(event)
      if (snapshot === undefined) return false
      initial = false
      await view.replace(snapshot, signal)
      view.hasSeenBookmark = true
      policy.listed()
      return true
    }
    return follow({ sendInitialEvents: true, onEvent, signal })
  }

  async function follow(o: Pick<WatchSession<T>, 'sendInitialEvents' | 'onEvent' | 'signal'>): Promise<Duration> {
    const opened = clock.monotonic()
    const { resourceVersion, hasSeenBookmark: expectBookmarks } = view
    await runWatch({ ...o, listWatch, resourceVersion, expectBookmarks, clock, random })
    return policy.ended(clock.monotonic() - opened)
  }

  function takeEvent(event: WatchEvent<T>): true {
    view.apply(event)
    policy.progressed()
    return true
  }

  const steps: Record<Step, (signal: AbortSignal) => Promise<Duration>> = { 'watch-list': watchList, list, watch }

  /** Returns the pause before the next. */
  async function step(signal: AbortSignal): Promise<Duration> {
    try {
      return await steps[policy.next](signal)
    } catch (error) {
      // That a server lists in pages only is nothing that is broken.
      if (signal.aborted || policy.refused(error)) return 0
      view.lastError = error
      // A stream that has shown its list is a watch.
      view.tell(() => deps.onError?.(error, policy.next === 'watch' ? 'watch' : 'list'))
      return policy.failed(error)
    }
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        const pause = await step(signal)
        if (pause > 0) await sleep(clock, pause, signal).catch(() => {})
      }
    },
    whenSynced: (signal) => abortable(view.firstList, signal),
    get synced() {
      return view.synced
    },
    get lastActivity() {
      return view.lastActivity
    },
    get resourceVersion() {
      return view.resourceVersion
    },
    get lastError() {
      return view.lastError
    },
  }
}

/** What has been seen so far. */
function createView<T extends KubernetesObject>(deps: ReflectorDeps<T>) {
  const { store, clock, nextTurn, onChange, onError, onWentBack } = deps
  const firstList = Promise.withResolvers<void>()
  const turn = nextTurn && createTurnLimit({ clock, nextTurn })

  const view = {
    firstList: firstList.promise,
    synced: false,
    hasSeenBookmark: false,
    resourceVersion: undefined as string | undefined,
    lastActivity: clock.monotonic(),
    lastError: undefined as unknown,
    tell,

    /** Stopped amid a list it leaves a store that holds a part of it, and an older version to resume from. */
    async replace({ items, resourceVersion }: Snapshot<T>, signal: AbortSignal): Promise<void> {
      const went = wentBackTo({ items, resourceVersion })
      if (went !== undefined) tell(() => onWentBack?.(went))
      for (const changes of store.replaceInSteps(items)) {
        publish(changes, 'list')
        const pause = turn?.pause
        if (pause === undefined) continue
        await pause
        signal.throwIfAborted()
      }
      seen(resourceVersion)
      view.synced = true
      firstList.resolve()
    },

    apply(event: WatchEvent<T>): void {
      const { resourceVersion } = event.object.metadata
      // The same once more is harmless; something older would take the store back in time.
      if (isOlder(resourceVersion, view.resourceVersion)) throw wentBack(resourceVersion, view.resourceVersion ?? '')
      const changes = applyTo(store, event)
      if (event.type === 'BOOKMARK') view.hasSeenBookmark = true
      seen(resourceVersion)
      publish(changes, 'watch')
    },
  }

  /** The list as a whole, or an object in it that was newer: new writes may have overtaken what was lost. */
  function wentBackTo({ items, resourceVersion: to }: Snapshot<T>): { from: string; to: string } | undefined {
    const from = view.resourceVersion
    if (from === undefined) return undefined
    const wasNewer = (item: T): boolean => {
      const known = store.get(keyOf(item))?.metadata
      const { uid, resourceVersion } = item.metadata
      return known?.uid === uid && isOlder(resourceVersion, known.resourceVersion)
    }
    return isOlder(to, from) || items.some(wasNewer) ? { from, to } : undefined
  }

  /** The resume point moves only after the store holds what it stands for. */
  function seen(resourceVersion: string): void {
    view.resourceVersion = resourceVersion
    view.lastActivity = clock.monotonic()
    view.lastError = undefined
  }

  function publish(changes: readonly Change<T>[], origin: Origin): void {
    for (const change of changes) tell(() => onChange?.(change, origin))
  }

  /** A handler's mistake must not stop the stream for every other object, nor may whoever hears of it. */
  function tell(handler: () => void): void {
    try {
      handler()
    } catch (error) {
      try {
        onError?.(error, 'handler')
      } catch {}
    }
  }

  return view
}

function applyTo<T>(store: Store<T>, event: WatchEvent<T>): readonly Change<T>[] {
  if (event.type === 'BOOKMARK') return []
  return event.type === 'DELETED' ? store.delete(event.object) : store.set(event.object)
}
