// A user deletes the Project.

import { createReady, isGone, type Story } from '../story.ts'

export const remove: Story = {
  name: 'delete',
  about: 'A Ready Project is deleted, and everything that it owns.',
  isLong: true,
  prepare: createReady,
  act: ({ arena, manifest }) => arena.api.delete(manifest),
  settled: isGone,
  deletes: true,
}
