// Somebody switches the server off.

import { askForPass, createLongReady, isServing, ourServer, type Story } from '../story.ts'

export const repairPower: Story = {
  name: 'repair-power',
  about: 'The server of a Ready Project is switched off by hand; it is started again.',
  prepare: createLongReady,
  async act(stage) {
    stage.world.hcloud.control.powerOffServer(ourServer(stage)?.id ?? 0)
    await askForPass(stage)
  },
  settled: isServing,
}
