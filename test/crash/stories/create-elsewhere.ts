// The first location is sold out, which only the orders tell.

import { isCurrentlyReady, type Story } from '../story.ts'

export const createElsewhere: Story = {
  name: 'create-elsewhere',
  about: 'A Project is applied; both types are sold out in its first location, and it becomes Ready in the second.',
  isLong: true,
  given: ({ world }) => void world.hcloud.control.addFault({ kind: 'soldOut', type: '*', location: 'nbg1' }),
  act: async ({ arena, manifest }) => void (await arena.api.create(manifest)),
  settled: async (stage) => isCurrentlyReady(await stage.project()),
}
