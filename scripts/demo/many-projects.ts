// placeholder
import type { Stage } from './stage.ts'
export async function showManyProjects(
  _stage: Stage,
  _o: { projects: number; createSeconds: number; bootSeconds: number },
): Promise<void> {}
