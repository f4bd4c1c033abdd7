// A user changes his mind in the worst moment: the server has been ordered, and the operator does not know yet.

import { isGone, type Story, untilCalm } from '../story.ts'

export const deleteWhileCreating: Story = {
  name: 'delete-while-creating',
  about:
    'A Project is applied, and deleted at the moment in which its server was ordered, or the operator died before.',
  async act({ arena, manifest }) {
    await untilCalm()
    await arena.api.create(manifest)
  },
  meanwhile: {
    at: ({ verb, path }) => verb === 'POST' && path === '/servers',
    act: ({ arena, manifest }) => arena.api.delete(manifest),
  },
  settled: isGone,
  // Died so early that the account has not even its mark.
  orEnds: (end) => ({ ...end, firewalls: [] }),
  deletes: true,
  isLong: true,
}
