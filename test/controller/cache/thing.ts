// The simplest resource that a runtime test can do with.

import type { KubernetesObject } from '../../../src/controller/kubernetes-object.ts'

export interface Thing extends KubernetesObject {
  readonly colors: readonly string[]
}

interface ThingOptions {
  name?: string
  namespace?: string | undefined
  uid?: string
  version?: string
  colors?: readonly string[]
}

export function thing(options: ThingOptions = {}): Thing {
  const { name = 'a', uid = `uid-${name}`, version = '1', colors = [] } = options
  const namespace = 'namespace' in options ? options.namespace : 'default'
  return { metadata: { name, namespace, uid, resourceVersion: version }, colors }
}
