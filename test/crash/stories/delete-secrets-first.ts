// The Secrets go before the Project, as a prune in the wrong order does it.

import { createLongReady, isGone, type Story } from '../story.ts'

export const deleteSecretsFirst: Story = {
  name: 'delete-secrets-first',
  about: 'Both Secrets with the tokens of a Ready Project are deleted, then the Project.',
  isLong: true,
  prepare: createLongReady,
  async act({ arena, tenant, manifest }) {
    for (const name of ['hetzner', `${tenant.name}-bot`, `${tenant.name}-botyard`])
      await arena.api.delete({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: tenant.namespace } })
    await arena.api.delete(manifest)
  },
  settled: isGone,
  deletes: true,
}
