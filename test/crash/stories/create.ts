// A user applies a Project.

import { isCurrentlyReady, type Story } from '../story.ts'

export const create: Story = {
  name: 'create',
  about: 'A Project is applied and becomes Ready.',
  act: async ({ arena, manifest }) => void (await arena.api.create(manifest)),
  settled: async (stage) => isCurrentlyReady(await stage.project()),
}
