// A cache of Projects on a real API server, with what it asked for and was told.

import type { Project } from '../../src/api/project.ts'
import { systemClock } from '../../src/clock.ts'
import type { ListWatch } from '../../src/controller/cache/list-watch.ts'
import { createReflector } from '../../src/controller/cache/reflector.ts'
import { createStore } from '../../src/controller/cache/store.ts'
import type { ClusterAccess } from '../../src/kube/cluster-access.ts'
import { createProjects } from '../../src/kube/projects.ts'
import { createTransport } from '../../src/kube/transport.ts'
import { type Api, waitFor } from '../support/control-plane.ts'
import { frozen } from '../support/frozen.ts'

export interface FollowerOptions {
  cluster: ClusterAccess
  onChange?: (key: string) => void
  /** In [0, 1); `Math.random` by default. */
  random?: () => number
}

export function startFollower({ cluster, onChange, random = Math.random }: FollowerOptions) {
  const transport = createTransport({ cluster, clock: systemClock, random })
  const store = createStore<Project>()
  const told: string[] = []
  const asked = { lists: 0 }
  const reflector = createReflector({
    listWatch: counted(createProjects(transport).listWatch, asked),
    store,
    transform: frozen,
    clock: systemClock,
    random,
    onChange: ({ key }) => onChange?.(key),
    onError: (error, phase) => told.push(`${phase}: ${(error as Error).message}`),
    onWentBack: () => told.push('went back'),
  })
  const stop = new AbortController()
  const ended = reflector.run(stop.signal)

  const versions = (objects: readonly Pick<Project, 'metadata'>[]) =>
    objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name} ${metadata.resourceVersion}`).sort()

  return {
    ...{ store, reflector, told, asked },
    /** The cache holds what the API server holds: not a version more, not one less. */
    converges: (api: Api, within = 15_000) =>
      waitFor(
        'the cache to hold what the API server holds',
        async () => {
          // A server that has just come back may be ready and still be filling its own cache.
          const truth = await api.list({ apiVersion: 'botyard.dev/v1alpha1', kind: 'Project' }).catch(() => undefined)
          if (truth === undefined) return false
          return reflector.synced && versions(store.list()).join() === versions(truth as unknown as Project[]).join()
        },
        { within },
      ),
    async stop() {
      stop.abort()
      await ended
      await transport.close()
    },
  }
}

/** Counts lists that came whole, in pages or as a stream. */
function counted<T>(listWatch: ListWatch<T>, asked: { lists: number }): ListWatch<T> {
  return {
    async list(options) {
      const page = await listWatch.list(options)
      // A look at the newest version is no list.
      if (options.limit !== 1 && !page.continue) asked.lists += 1
      return page
    },
    async *watch(options) {
      for await (const event of listWatch.watch(options)) {
        if (event.type === 'BOOKMARK' && event.object.metadata.annotations !== undefined) asked.lists += 1
        yield event
      }
    },
  }
}
