// Keeps a store equal to what the API server holds: lists once, then follows the watch, through every kind of break.

import { type Clock, type Duration, sleep } from '../clock.ts'
import { abortable } from './abortable.ts'
import type { Cache } from './cache.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import type { ListWatch, WatchEvent } from './list-watch.ts'
import { listAll, type Snapshot } from './paged-list.ts'
import { createResumePolicy } from './resume-policy.ts'
import type { Change, Store } from './store.ts'
import { runWatch } from './watch-session.ts'

export interface ReflectorDeps<T> {
  readonly listWatch: ListWatch<T>
  readonly store: Store<T>
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Called for every change, after the store holds it. */
  readonly onChange?: (change: Change<T>, origin: Origin) => void
  /** Told of every break, for logs and metrics; the reflector goes on by itself. */
  readonly onError?: (error: unknown, phase: Phase) => void
  readonly pageSize?: number
}

export type Phase = 'list' | 'watch' | 'handler'

/** What showed a change. A list may show thousands at once, and none of them is news of this moment. */
export type Origin = 'list' | 'watch'

export function createReflector<T extends KubernetesObject>(deps: ReflectorDeps<T>): Cache {
  const { listWatch, clock, random, onError = () => {}, pageSize = 500 } = deps
  const policy = createResumePolicy({ clock, random })
  const view = createView(deps)

  async function list(signal: AbortSignal): Promise<Duration> {
    const { resourceVersion } = view
    view.replace(await abortable(listAll(listWatch, { pageSize, resourceVersion, signal }), signal))
    policy.listed()
    return 0
  }

  async function watch(resourceVersion: string, signal: AbortSignal): Promise<Duration> {
    const opened = clock.monotonic()
    const expectBookmarks = view.hasSeenBookmark
    await runWatch({ listWatch, resourceVersion, expectBookmarks, clock, random, onEvent, signal })
    return policy.ended(clock.monotonic() - opened)
  }

  function onEvent(event: WatchEvent<T>): void {
    policy.progressed()
    view.apply(event)
  }

  /** One list or one watch; returns the pause before the next. */
  async function step(signal: AbortSignal): Promise<Duration> {
    const from = policy.mustList ? undefined : view.resourceVersion
    try {
      return from === undefined ? await list(signal) : await watch(from, signal)
    } catch (error) {
      if (signal.aborted) return 0
      view.lastError = error
      onError(error, from === undefined ? 'list' : 'watch')
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
function createView<T extends KubernetesObject>({ store, clock, onChange, onError }: ReflectorDeps<T>) {
  const firstList = Promise.withResolvers<void>()

  const view = {
    firstList: firstList.promise,
    synced: false,
    hasSeenBookmark: false,
    resourceVersion: undefined as string | undefined,
    lastActivity: clock.monotonic(),
    lastError: undefined as unknown,

    replace({ items, resourceVersion }: Snapshot<T>): void {
      const changes = store.replace(items)
      seen(resourceVersion)
      publish(changes, 'list')
      view.synced = true
      firstList.resolve()
    },

    apply(event: WatchEvent<T>): void {
      const changes = applyTo(store, event)
      if (event.type === 'BOOKMARK') view.hasSeenBookmark = true
      seen(event.object.metadata.resourceVersion)
      publish(changes, 'watch')
    },
  }

  /** The resume point moves only after the store holds what it stands for. */
  function seen(resourceVersion: string): void {
    view.resourceVersion = resourceVersion
    view.lastActivity = clock.monotonic()
    view.lastError = undefined
  }

  function publish(changes: readonly Change<T>[], origin: Origin): void {
    for (const change of changes) {
      try {
        onChange?.(change, origin)
      } catch (error) {
        // A handler's mistake must not stop the stream for every other object.
        onError?.(error, 'handler')
      }
    }
  }

  return view
}

function applyTo<T>(store: Store<T>, event: WatchEvent<T>): readonly Change<T>[] {
  if (event.type === 'BOOKMARK') return []
  return event.type === 'DELETED' ? store.delete(event.object) : store.set(event.object)
}
