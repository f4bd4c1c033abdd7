// A record of what an abandoned deletion may have left behind, in the operator's namespace: the Project's own may be terminating.

import { timestamp } from '../api/conditions.ts'
import { isAlreadyExists } from '../kube/api-error.ts'
import { ownerLabels, resourceName, tombstoneName } from './names.ts'
import type { Pass } from './pass.ts'

/** Names ids and names, never a secret. Writing it twice is harmless. */
export async function writeTombstone({ project, draft, deps, signal }: Pass, why: string): Promise<void> {
  const { namespace, name, uid } = project.metadata
  const left = {
    project: `${namespace}/${name}`,
    uid,
    abandonedAt: timestamp(deps.clock.now()),
    why,
    resourceName: resourceName(deps.identity.cluster, project.metadata),
    server: draft.server?.id,
    primaryIP: draft.address,
    webhook: draft.telegram?.url,
  }
  const metadata = {
    namespace: deps.identity.namespace,
    name: tombstoneName(uid),
    labels: ownerLabels(deps.identity.cluster, project.metadata),
  }
  try {
    await deps.secrets.create(
      { metadata, type: 'botyard.dev/tombstone', data: { 'left.json': JSON.stringify(left, null, 2) } },
      signal,
    )
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}
