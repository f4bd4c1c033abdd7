// The little that the runtime needs to know of any Kubernetes object: its identity and its version.

export interface KubernetesObject {
  readonly metadata: {
    readonly name: string
    readonly namespace?: string | undefined
    readonly uid: string
    readonly resourceVersion: string
  }
}

/** `namespace/name`, or `name` for a cluster-scoped object: the key of store and work queue. */
export function keyOf({ metadata }: KubernetesObject): string {
  return metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name
}

/** The namespace of such a key: whose turn it is. */
export const namespaceOf = (key: string): string => key.slice(0, Math.max(key.indexOf('/'), 0))
