// Gives rules to a service account: everywhere, and in its own namespace. What it was given before is replaced.

import { adminApi } from '../support/control-plane.ts'
import type { Rule } from './rules.ts'

export interface Reducible {
  everywhere: readonly Rule[]
  own: readonly Rule[]
}

const group = 'rbac.authorization.k8s.io'

/** Roles and bindings are named after the account. */
export async function bindTo(
  { namespace, name }: { namespace: string; name: string },
  { everywhere, own }: Reducible,
): Promise<void> {
  const api = await adminApi()
  const subjects = [{ kind: 'ServiceAccount', name, namespace }]
  try {
    for (const [kind, rules] of Object.entries({ ClusterRole: everywhere, Role: own })) {
      const metadata = kind === 'Role' ? { name, namespace } : { name }
      const roleRef = { apiGroup: group, kind, name }
      await api.apply({ apiVersion: `${group}/v1`, kind, metadata, rules })
      await api.apply({ apiVersion: `${group}/v1`, kind: `${kind}Binding`, metadata, roleRef, subjects })
    }
  } finally {
    await api.close()
  }
}
