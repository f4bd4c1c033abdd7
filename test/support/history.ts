// Every version of every Project since it began, as the API server told them: what a user who watches would have seen.

import type { Api, KubeObject } from '../../scripts/control-plane/api.ts'
import { waitFor } from './control-plane.ts'
import { type ConditionView, conditionOf } from './test-lab.ts'
import { watchAll } from './watch-all.ts'

export interface Version {
  /** `performance.now()` of its arrival. */
  at: number
  object: KubeObject
}

export interface History {
  /** Versions of one Project, oldest first. */
  of(project: KubeObject): readonly Version[]
  all(): readonly Version[]
  /** A condition in every version that has it, repetitions left out. */
  conditionsOf(project: KubeObject, type: string): ConditionView[]
  /** The watch has told of what the API server holds now: a test that has read it may look at the history. */
  caughtUp(project: KubeObject): Promise<unknown>
  stop(): Promise<void>
}

export function recordHistory(api: Api): History {
  const versions: Version[] = []
  const watching = watchAll(api, { apiVersion: 'botyard.dev/v1alpha1', kind: 'Project' }, (object) => {
    versions.push({ at: performance.now(), object })
  })
  const of = (project: KubeObject) => versions.filter(({ object }) => object.metadata.uid === project.metadata.uid)
  return {
    of,
    all: () => versions,
    conditionsOf: (project, type) =>
      of(project)
        .map(({ object }) => conditionOf(object, type))
        .filter((condition) => condition !== undefined)
        .filter((condition, index, all) => !isSame(condition, all[index - 1])),
    caughtUp: (project) =>
      waitFor(`the latest version of ${project.metadata.name} in the watch`, async () => {
        const { metadata } = await api.get(project)
        return of(project).at(-1)?.object.metadata.resourceVersion === metadata.resourceVersion
      }),
    stop: watching.stop,
  }
}

const isSame = (a: ConditionView, b: ConditionView | undefined): boolean =>
  a.status === b?.status && a.reason === b.reason && a.message === b.message
