// The whole namespace is deleted: the Secrets go, and the operator's right to read them.

import { createLongReady, type Story } from '../story.ts'

const namespaceOf = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

export const deleteNamespace: Story = {
  name: 'delete-namespace',
  about: 'The namespace of a Ready Project is deleted, with the Secrets and the right to read them.',
  isLong: true,
  answersVary: ({ verb, path }) => verb === 'GET' && path.startsWith('/secrets/'),
  prepare: createLongReady,
  act: ({ arena, tenant }) => arena.api.delete(namespaceOf(tenant.namespace)),
  settled: async ({ arena, tenant }) => (await arena.api.find(namespaceOf(tenant.namespace))) === undefined,
  deletes: true,
}
