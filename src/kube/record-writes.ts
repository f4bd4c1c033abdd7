// Tells of every Project that we wrote: for a moment our own writes are newer than any cache.

import type { Project } from '../api/project.ts'
import type { Projects } from './projects.ts'

type Writers = Pick<Projects, 'readLive' | 'patchStatus' | 'setFinalizers'>

export function recordWrites(projects: Writers, wrote: (project: Project) => void): Writers {
  return {
    readLive: projects.readLive,
    async patchStatus(project, next, signal) {
      const written = await projects.patchStatus(project, next, signal)
      if (written !== 'unchanged') wrote(written)
      return written
    },
    async setFinalizers(project, finalizers, signal) {
      const written = await projects.setFinalizers(project, finalizers, signal)
      wrote(written)
      return written
    },
  }
}
