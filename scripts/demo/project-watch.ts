// Watches Projects as a user's tools do, and notes when this process saw what.

import type { Api, WatchEvent } from '../control-plane/api.ts'
import { advance, type Timeline } from './timeline.ts'

export interface ProjectWatch {
  /** By `namespace/name`; those that are gone are still there. */
  readonly timelines: ReadonlyMap<string, Timeline>
  /** Calls back after each event. */
  onEvent(listener: (key: string, timeline: Timeline) => void): () => void
  /** Resolves as soon as the check holds after an event; rejects when `within` (milliseconds) has passed before. */
  until(check: () => boolean, o: { what: string; within: number }): Promise<void>
  stop(): void
}

export const keyOf = ({ metadata }: { metadata: { namespace?: string; name: string } }): string =>
  `${metadata.namespace}/${metadata.name}`

/** Watches all namespaces from now on. Waiting ends when `signal` aborts. */
export async function watchProjects(api: Api, signal: AbortSignal): Promise<ProjectWatch> {
  const timelines = new Map<string, Timeline>()
  const listeners = new Set<(key: string, timeline: Timeline) => void>()
  const ended = new AbortController()
  const over = AbortSignal.any([signal, ended.signal])

  function take(event: WatchEvent): void {
    const at = performance.now()
    if (event.type === 'ERROR') throw new Error(`the API server ended it: ${event.object['message']}`)
    if (event.type === 'BOOKMARK') return
    const key = keyOf(event.object)
    const known = timelines.get(key)
    // A Project of the same name is another one.
    const before = known?.goneAt === undefined ? known : undefined
    const timeline = advance(before, event, at)
    timelines.set(key, timeline)
    for (const listener of [...listeners]) listener(key, timeline)
  }

  async function run(resourceVersion: string): Promise<void> {
    for await (const event of api.watch(projects, { signal: over, resourceVersion })) take(event)
    throw new Error('the API server ended it')
  }

  const { metadata } = await api.raw('GET', '/apis/botyard.dev/v1alpha1/projects', { query: { limit: '1' } })
  run(metadata.resourceVersion).catch((cause: Error) => {
    ended.abort(new Error(`Cannot go on watching Projects: ${cause.message}`, { cause }))
  })

  return {
    timelines,
    onEvent(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    until(check, { what, within }) {
      return new Promise((resolve, reject) => {
        const settle = (act: () => void) => {
          clearTimeout(timer)
          listeners.delete(look)
          over.removeEventListener('abort', onOver)
          act()
        }
        const look = () => check() && settle(resolve)
        const onOver = () => settle(() => reject(over.reason))
        const timer = setTimeout(
          () => settle(() => reject(new Error(`${what}: not within ${Math.round(within / 1_000)} s`))),
          within,
        )
        listeners.add(look)
        over.addEventListener('abort', onOver)
        if (over.aborted) onOver()
        else look()
      })
    },
    stop: () => ended.abort(new Error('The watch was stopped')),
  }
}

const projects = { apiVersion: 'botyard.dev/v1alpha1', kind: 'Project' }
