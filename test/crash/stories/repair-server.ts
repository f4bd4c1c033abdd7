// Somebody deletes the server by hand.

import { askForPass, createLongReady, isServing, ourServer, type Story } from '../story.ts'

export const repairServer: Story = {
  name: 'repair-server',
  about: 'The server of a Ready Project is deleted by hand; another one takes its address.',
  isLong: true,
  prepare: createLongReady,
  async act(stage) {
    stage.world.hcloud.control.deleteServer(ourServer(stage)?.id ?? 0)
    await askForPass(stage)
  },
  settled: isServing,
}
