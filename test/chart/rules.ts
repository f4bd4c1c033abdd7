// RBAC rules of rendered objects as single rights, and every way to take one of them away.

import type { KubeObject } from '../../scripts/control-plane/api.ts'

export interface Rule {
  apiGroups: string[]
  resources: string[]
  verbs: string[]
  resourceNames?: string[]
}

export interface Role {
  /** `ClusterRole botyard`. */
  title: string
  rules: Rule[]
}

export const rolesOf = (objects: readonly KubeObject[]): Role[] =>
  objects
    .filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')
    .map(({ kind, metadata, ...role }) => ({ title: `${kind} ${metadata.name}`, rules: role['rules'] }))

export function roleOf(objects: readonly KubeObject[], title: string): Role {
  const role = rolesOf(objects).find((each) => each.title === title)
  if (role === undefined) throw new Error(`Cannot find ${title}`)
  return role
}

/** Each right of a rule in a line: `get secrets`, `patch projects.botyard.dev/status`, `get namespaces kube-system`. */
export const rightsOf = (rules: readonly Rule[]): string[] =>
  rules.flatMap(({ apiGroups, resources, verbs, resourceNames = [''] }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) => resourceNames.map((name) => `${verb} ${worded(group, resource)} ${name}`.trim())),
      ),
    ),
  )

/** As the operator words it. */
function worded(group: string, resource: string): string {
  const [plural, ...subresource] = resource.split('/')
  return [group === '' ? plural : `${plural}.${group}`, ...subresource].join('/')
}

export interface Reduced {
  /** The right that is missing, as `rightsOf` words it. */
  without: string
  rules: Rule[]
}

/** The rules, once without each of their verbs. */
export function withoutEach(rules: readonly Rule[]): Reduced[] {
  return rules.flatMap((rule, index) =>
    rule.verbs.map((verb) => {
      const rest = { ...rule, verbs: rule.verbs.filter((each) => each !== verb) }
      const others = rules.filter((_rule, at) => at !== index)
      return {
        without: rightsOf([{ ...rule, verbs: [verb] }]).join(', '),
        rules: rest.verbs.length > 0 ? [...others, rest] : others,
      }
    }),
  )
}
