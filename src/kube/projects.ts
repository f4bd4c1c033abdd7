// Projects at the API server: list and watch, a live read, and the only two writes that there are.

import { API_VERSION, PLURAL, type Project, type ProjectStatus } from '../api/project.ts'
import { isNotFound } from './api-error.ts'
import { createListWatch, type ListWatch } from './list-watch.ts'
import { mergePatch } from './merge-patch.ts'
import type { ObjectRef } from './object-ref.ts'
import type { Transport } from './transport.ts'

/** What leaves here is as the server sent it: parse it before use. */
export interface Projects {
  readonly listWatch: ListWatch<Project>
  /** From etcd, past every cache; undefined when there is none of this name. */
  readLive(ref: ObjectRef, signal: AbortSignal): Promise<Project | undefined>
  /**
   * Writes what differs between the project's status and `next`, for exactly this uid and resourceVersion: a Conflict if
   * either has changed. No request when nothing differs. The answer is the new object.
   */
  patchStatus(project: Project, next: ProjectStatus, signal: AbortSignal): Promise<Project | 'unchanged'>
  /**
   * Replaces the finalizers, for exactly this uid and resourceVersion. The body never holds spec. When finalizers are
   * only removed and the object is gone, that is success.
   */
  setFinalizers(project: Project, finalizers: readonly string[], signal: AbortSignal): Promise<Project>
}

const contentType = 'application/merge-patch+json'

export function createProjects(transport: Transport): Projects {
  const patch = (path: string, body: object, signal: AbortSignal) =>
    transport.request<Project>({ method: 'PATCH', path, body, contentType, signal })

  return {
    listWatch: createListWatch<Project>({ transport, path: `/apis/${API_VERSION}/${PLURAL}` }),

    async readLive(ref, signal) {
      try {
        return await transport.request<Project>({ method: 'GET', path: pathOf(ref), signal })
      } catch (error) {
        if (isNotFound(error)) return undefined
        throw error
      }
    },

    async patchStatus(project, next, signal) {
      const status = mergePatch(project.status ?? {}, next)
      if (status === undefined) return 'unchanged'
      return patch(`${pathOf(project.metadata)}/status`, { metadata: exactly(project), status }, signal)
    },

    async setFinalizers(project, finalizers, signal) {
      try {
        return await patch(pathOf(project.metadata), { metadata: { finalizers, ...exactly(project) } }, signal)
      } catch (error) {
        if (!isNotFound(error) || !isRemoval(project, finalizers)) throw error
        return { ...project, metadata: { ...project.metadata, finalizers: [...finalizers] } }
      }
    },
  }
}

/**
 * Makes a patch hold for this object in this version only. The version is the fence: it is never the same for two
 * objects, so it tells a namesake, too. The uid says so in the request (the status subresource ignores it).
 */
function exactly({ metadata: { uid, resourceVersion, name } }: Project) {
  // An empty version would mean: whatever is there.
  if (!uid || !resourceVersion)
    throw new TypeError(`Cannot patch Project ${name}: its uid or resourceVersion is missing`)
  return { uid, resourceVersion }
}

function pathOf({ namespace, name }: ObjectRef): string {
  return `/apis/${API_VERSION}/namespaces/${namespace}/${PLURAL}/${name}`
}

function isRemoval(project: Project, finalizers: readonly string[]): boolean {
  const present = project.metadata.finalizers ?? []
  return finalizers.length < present.length && finalizers.every((finalizer) => present.includes(finalizer))
}
