// A user deletes the Project.

import { createLongReady, isGone, type Story } from '../story.ts'

export const remove: Story = {
  name: 'delete',
  about: 'A Ready Project is deleted, and everything that it owns.',
  isLong: true,
  prepare: createLongReady,
  act: ({ arena, manifest }) => arena.api.delete(manifest),
  settled: isGone,
  deletes: true,
}
