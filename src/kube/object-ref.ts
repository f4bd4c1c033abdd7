// The name of a namespaced object.

export interface ObjectRef {
  readonly namespace: string
  readonly name: string
}
