// Which changes of a Project are worth a look. Its own status write is not one of them (R10).

import { ANNOTATIONS, type Project } from '../api/project.ts'

/** What the user, or the API server for him, can change to be heard. */
const concern = ({ metadata }: Project): string =>
  JSON.stringify([
    metadata.uid,
    metadata.generation,
    metadata.deletionTimestamp,
    metadata.finalizers,
    ...Object.values(ANNOTATIONS).map((name) => metadata.annotations?.[name]),
  ])

/** Added, deleted, or changed in generation, deletion mark, finalizers or our annotations. */
export function concernsUs(before: Project | undefined, after: Project | undefined): boolean {
  if (before === undefined || after === undefined) return true
  return concern(before) !== concern(after)
}
