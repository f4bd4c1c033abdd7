// A fake API server for life-cycle tests in virtual time: one kind of custom object, Secrets and ConfigMaps, with
// versions, preconditions and finalizers. What is true of the real one is proven against the real one elsewhere.

import { randomUUID } from 'node:crypto'
import { API_VERSION, KIND, type Project } from '../../src/api/project.ts'
import { projectStatusSchema } from '../../src/api/status.ts'
import type { Clock } from '../../src/clock.ts'
import { keyOf } from '../../src/controller/kubernetes-object.ts'
import { mergePatch } from '../../src/kube/merge-patch.ts'
import type { Projects } from '../../src/kube/projects.ts'
import { createVirtualSecrets, failure, type VirtualSecrets } from './virtual-secrets.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface Write {
  at: number
  what: string
}

export interface VirtualCluster extends VirtualSecrets {
  /** What the operator is given. */
  readonly projects: Pick<Projects, 'readLive' | 'patchStatus' | 'setFinalizers'>
  /** Every write of the operator. */
  readonly writes: Write[]
  /** What the operator wrote that no status may hold; empty at the end of a good test. */
  readonly violations: string[]
  /** Everybody who watches hears of each change a moment later. */
  watch(listener: (before: Project | undefined, after: Project | undefined) => void): () => void
  list(): readonly Project[]
  get(key: string): Project | undefined
  /** As kubectl apply does: creates, or changes the spec. */
  apply(o: { namespace?: string; name?: string; spec: object; annotations?: Record<string, string> }): Project
  annotate(key: string, annotations: Record<string, string>): void
  /** As kubectl delete does. */
  delete(key: string): void
  /** As `kubectl patch --type merge -p '{"metadata":{"finalizers":null}}'` does. */
  dropFinalizers(key: string): void
  /** Conflicts that the next status patches run into, as if somebody else had just written. */
  conflicts: number
  /** Hears of each status that was written. */
  onStatus: (before: Project, after: Project) => void
}

/** From a write to the event about it. */
const watchDelay = 20

export function createVirtualCluster({ clock, moves }: VirtualTime): VirtualCluster {
  const objects = new Map<string, Project>()
  const listeners = new Set<Parameters<VirtualCluster['watch']>[0]>()
  const writes: Write[] = []
  const violations: string[] = []
  let version = 100
  const wrote = (what: string) => void writes.push({ at: clock.monotonic(), what })
  const nextVersion = () => String(++version)
  const secrets = createVirtualSecrets({ moves, wrote, nextVersion })

  function store(before: Project | undefined, after: Project): Project {
    const key = keyOf(after)
    const gone = after.metadata.deletionTimestamp !== undefined && !after.metadata.finalizers?.length
    const stored = { ...after, metadata: { ...after.metadata, resourceVersion: nextVersion() } }
    if (gone) objects.delete(key)
    else objects.set(key, stored)
    if (gone) secrets.collect(after.metadata.uid)
    clock.schedule(watchDelay, () => {
      for (const listener of listeners) listener(before, gone ? undefined : stored)
    })
    return stored
  }

  /** For exactly this uid and resourceVersion, as the operator's patches demand. */
  function exactly(project: Project): Project {
    const current = objects.get(keyOf(project))
    if (current === undefined) throw failure(404, 'NotFound')
    const { uid, resourceVersion } = project.metadata
    if (current.metadata.uid !== uid || current.metadata.resourceVersion !== resourceVersion)
      throw failure(409, 'Conflict')
    return current
  }

  const must = (key: string): Project => {
    const project = objects.get(key)
    if (project === undefined) throw new Error(`Cannot find Project ${key}`)
    return project
  }

  const cluster: VirtualCluster = {
    ...secrets,
    writes,
    violations,
    conflicts: 0,
    onStatus: () => {},
    projects: {
      readLive: moves(async ({ namespace, name }) => structuredClone(objects.get(`${namespace}/${name}`))),
      patchStatus: moves(async (project, next) => {
        if (mergePatch(project.status ?? {}, next) === undefined) return 'unchanged'
        if (cluster.conflicts > 0) {
          cluster.conflicts -= 1
          throw failure(409, 'Conflict')
        }
        const before = exactly(project)
        violations.push(...problemsOf(next))
        wrote(`status ${next.summary}`)
        const after = store(before, { ...before, status: structuredClone(next) })
        cluster.onStatus(before, after)
        return structuredClone(after)
      }),
      setFinalizers: moves(async (project, finalizers) => {
        const before = exactly(project)
        wrote(`finalizers ${finalizers.join(',')}`)
        const metadata = { ...before.metadata, finalizers: [...finalizers] }
        return structuredClone(store(before, { ...before, metadata }))
      }),
    },
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    list: () => [...objects.values()],
    get: (key) => objects.get(key),
    apply({ namespace = 'shop', name = 'echo', spec, annotations }) {
      const before = objects.get(`${namespace}/${name}`)
      if (before !== undefined) return store(before, changed(before, spec))
      return store(undefined, fresh(clock, { namespace, name, spec, annotations }))
    },
    annotate(key, annotations) {
      const before = must(key)
      const merged = { ...before.metadata.annotations, ...annotations }
      store(before, { ...before, metadata: { ...before.metadata, annotations: merged } })
    },
    delete(key) {
      const before = must(key)
      const { generation } = before.metadata
      const deletionTimestamp = new Date(clock.now()).toISOString()
      store(before, { ...before, metadata: { ...before.metadata, deletionTimestamp, generation: generation + 1 } })
    },
    dropFinalizers(key) {
      const before = must(key)
      store(before, { ...before, metadata: { ...before.metadata, finalizers: [] } })
    },
  }
  return cluster
}

const changed = (before: Project, spec: object): Project => ({
  ...before,
  metadata: { ...before.metadata, generation: before.metadata.generation + 1 },
  spec: spec as Project['spec'],
})

function fresh(
  clock: Clock,
  o: { namespace: string; name: string; spec: object; annotations: Record<string, string> | undefined },
): Project {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: {
      namespace: o.namespace,
      name: o.name,
      uid: randomUUID(),
      resourceVersion: '',
      generation: 1,
      creationTimestamp: `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
      ...(o.annotations !== undefined && { annotations: o.annotations }),
    },
    // Raw, as in etcd: whoever reads it parses it.
    spec: structuredClone(o.spec) as Project['spec'],
    status: { observedGeneration: -1 },
  }
}

/** What the API server would refuse or cut, and what no status may say. */
function problemsOf(status: NonNullable<Project['status']>): string[] {
  const parsed = projectStatusSchema.safeParse(status)
  if (!parsed.success) return parsed.error.issues.map((issue) => `status.${issue.path.join('.')}: ${issue.message}`)
  const types = (status.conditions ?? []).map(({ type }) => type)
  const pruned = JSON.stringify(parsed.data).length !== JSON.stringify(status).length
  return [
    ...(types.includes('Reconciling') && types.includes('Stalled') ? ['Reconciling and Stalled at once'] : []),
    ...(new Set(types).size === types.length ? [] : [`a condition twice: ${types.join(', ')}`]),
    ...(pruned ? ['status holds members that the schema does not name'] : []),
  ]
}
