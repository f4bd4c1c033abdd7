// While a Project is suspended its server goes off; nothing is done about it until the suspension ends.

import { waitFor } from '../../support/control-plane.ts'
import { askForPass, createLongReady, isHandled, isServing, ourServer, type Story } from '../story.ts'

export const suspend: Story = {
  name: 'suspend',
  about: 'A Ready Project is suspended, its server is switched off by hand, and it is resumed.',
  isLong: true,
  prepare: createLongReady,
  async act(stage) {
    const { api } = stage.arena
    const seen = (what: string) => waitFor(what, async () => isHandled(await stage.project()), { within: 60_000 })
    await api.patch(stage.manifest, { spec: { suspend: true } })
    await seen('the suspension')
    stage.world.hcloud.control.powerOffServer(ourServer(stage)?.id ?? 0)
    await askForPass(stage)
    await seen('the request')
    await api.patch(stage.manifest, { spec: { suspend: false } })
  },
  settled: isServing,
}
