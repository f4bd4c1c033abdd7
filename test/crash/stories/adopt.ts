// The object was lost and created again while no operator ran; the user says that it shall take over what it owned.

import { waitFor } from '../../support/control-plane.ts'
import { conditionOf } from '../../support/test-lab.ts'
import { createReady, isServing, type Story } from '../story.ts'

const oldUIDs = new WeakMap<object, string>()

export const adopt: Story = {
  name: 'adopt',
  about: 'A Project that was lost and re-created is told to take over what the earlier one owned.',
  isLong: true,
  answersVary: ({ path }) => path.startsWith('/servers?label_selector=botyard.dev/namespace'),
  async prepare(stage) {
    const { api } = stage.arena
    await createReady(stage)
    oldUIDs.set(stage, (await stage.project())?.metadata.uid ?? '')
    await stage.kill()
    await api.patch(stage.manifest, { metadata: { finalizers: null } })
    await api.delete(stage.manifest)
    await stage.start()
    await api.create(stage.manifest)
    const isRefused = async () =>
      conditionOf(await stage.project(), 'CredentialsReady')?.reason === 'PreviousIncarnation'
    await waitFor('the refusal', isRefused, { within: 60_000, every: 20 })
  },
  async act(stage) {
    const annotations = { 'botyard.dev/adopt': oldUIDs.get(stage) }
    await stage.arena.api.patch(stage.manifest, { metadata: { annotations } })
  },
  settled: isServing,
}
