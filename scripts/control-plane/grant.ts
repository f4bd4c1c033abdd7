// Lets the operator work in a namespace, as a cluster's owner would: a RoleBinding to the role of Project namespaces.

import type { Api } from './api.ts'

/** The operator's service account in `test/rbac.yaml`. */
export const operatorAccount = { namespace: 'botyard-system', name: 'botyard' } as const

/** Creates the namespace when it is missing, and the RoleBinding in it. */
export async function grantNamespace(api: Api, namespace: string): Promise<void> {
  await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await api.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'botyard', namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'botyard-project-namespace' },
    subjects: [{ kind: 'ServiceAccount', ...operatorAccount }],
  })
}
