// An earlier life of the same Project: the object was deleted without its finalizer and re-created, or the cluster was rebuilt from Git.

import { ANNOTATIONS, FINALIZER } from '../api/project.ts'
import { incarnationSelector, isOwned, labelKeys } from './names.ts'
import { accessOf, type Pass } from './pass.ts'

interface Labelled {
  name: string
  labels: Readonly<Record<string, string>>
}

/**
 * What stands in the way: the message for PreviousIncarnation, or undefined when nothing does.
 * Looked for only before our finalizer is set: from then on what carries this namespace and name was judged once, and may be ours.
 */
export async function findPreviousIncarnation(pass: Pass): Promise<string | undefined> {
  const { project, deps, signal } = pass
  if (project.metadata.finalizers?.includes(FINALIZER)) return undefined
  const { account } = accessOf(pass)
  const selector = incarnationSelector(project.metadata)
  const lists = [account.primaryIPs.all(selector, signal), account.servers.all(selector, signal)] as const
  const found: Labelled[] = (await Promise.all(lists)).flat()
  const leftovers = found.filter((resource) => !isOwned(resource.labels, deps.identity.cluster, project.metadata))
  return judgeLeftovers(leftovers, project.metadata.annotations?.[ANNOTATIONS.adopt])
}

/** Pure: whether the annotation answers what to do with everything that was left over, and what to say when it does not. */
export function judgeLeftovers(leftovers: readonly Labelled[], adopt: string | undefined): string | undefined {
  if (leftovers.length === 0 || adopt === 'ignore') return undefined
  const uids = [...new Set(leftovers.map((resource) => resource.labels[labelKeys.uid] ?? 'unknown'))]
  if (adopt !== undefined && uids.includes(adopt)) return undefined
  const names = leftovers.map((resource) => resource.name).join(', ')
  return (
    `An earlier Project of this namespace and name (uid ${uids.join(', ')}) still owns ${names} at Hetzner. ` +
    `To take over its address, annotate this Project with ${ANNOTATIONS.adopt}=${uids[0]}: its server is then deleted and created again on that address. ` +
    `To leave everything alone and begin anew, annotate it with ${ANNOTATIONS.adopt}=ignore.`
  )
}
