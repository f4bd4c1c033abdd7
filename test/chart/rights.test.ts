// What the chart grants is what the code asks for: no more, no less, and never more than a name at a time for Secrets.

import { beforeAll, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { renderChart } from '../../scripts/helm/render-chart.ts'
import { neededRights, type Right } from '../../src/kube/rights.ts'
import { rightsOf, roleOf, rolesOf, withoutEach } from './rules.ts'

const namespace = 'botyard-system'
const sorted = (rights: readonly string[]) => [...rights].sort()

let byDefault: KubeObject[]
beforeAll(async () => {
  byDefault = await renderChart()
})

const worded = ({ verb, group, resource, subresource, name }: Right) =>
  rightsOf([
    {
      ...{ verbs: [verb], apiGroups: [group], resources: [[resource, subresource].filter(Boolean).join('/')] },
      ...(name !== undefined && { resourceNames: [name] }),
    },
  ]).join()

/** What /readyz asks for, told apart by where it is needed. */
const asked = ({ escrow = true, replicaCount = 1, secure = false }) => {
  const parts = { ...(replicaCount > 1 && { leaderElection: {} }), ...(secure && { metrics: {} }) }
  const rights = neededRights({ namespace, escrow, ...parts })
  const isOwn = (right: Right) => right.namespace === namespace
  return { everywhere: rights.filter((right) => !isOwn(right)).map(worded), own: rights.filter(isOwn).map(worded) }
}

describe('the rights of the chart', () => {
  it('are everywhere those that the operator asks for, and two that it cannot ask for', () => {
    const { rules } = roleOf(byDefault, 'ClusterRole botyard')
    expect(sorted(rightsOf(rules))).toEqual(
      sorted([
        ...asked({ escrow: true }).everywhere,
        // Asked for by the API server when a Secret's owner reference blocks deletion.
        'update projects.botyard.dev/finalizers',
        // Read before anything else runs: the process ends when it may not.
        'get namespaces kube-system',
      ]),
    )
  })

  it('are two more where metrics are served over HTTPS: to ask who reads them', async () => {
    const objects = await renderChart({ values: { metrics: { secure: { enabled: true } } } })
    const without = rightsOf(roleOf(byDefault, 'ClusterRole botyard').rules)
    const { rules } = roleOf(objects, 'ClusterRole botyard')
    const more = rightsOf(rules).filter((right) => !without.includes(right))
    expect(more).toEqual([
      'create tokenreviews.authentication.k8s.io',
      'create subjectaccessreviews.authorization.k8s.io',
    ])
    expect(sorted(more)).toEqual(
      sorted(asked({ secure: true }).everywhere.filter((right) => !asked({}).everywhere.includes(right))),
    )
    const reader = roleOf(objects, 'ClusterRole botyard-metrics-reader')
    expect(reader.rules).toEqual([{ nonResourceURLs: ['/metrics'], verbs: ['get'] }])
  })

  it.each([{ escrow: true }, { escrow: false }, { replicaCount: 2 }])(
    'are in its own namespace those that it asks for: %o',
    async (o) => {
      const { rules } = roleOf(await renderChart({ values: o }), 'Role botyard')
      expect(sorted(rightsOf(rules))).toEqual(sorted(asked(o).own))
    },
  )

  it('are in a granted namespace Secrets and ConfigMaps by name', () => {
    const { rules } = roleOf(byDefault, 'ClusterRole botyard-project-namespace')
    expect(rightsOf(rules)).toEqual([
      'get secrets',
      'create secrets',
      'update secrets',
      'delete secrets',
      'get configmaps',
    ])
  })

  it('have no kube-system when the cluster has an id', async () => {
    const { rules } = roleOf(await renderChart({ values: { clusterID: 'main' } }), 'ClusterRole botyard')
    expect(rightsOf(rules).filter((right) => right.includes('namespaces'))).toEqual([])
  })

  it.each([{}, { escrow: false }, { clusterID: 'main' }, { projectNamespaces: ['a', 'b'] }])(
    'have no wildcard, and neither list nor watch of Secrets: %o',
    async (values) => {
      const roles = rolesOf(await renderChart({ values }))
      expect(roles.length).toBeGreaterThan(0)
      for (const { title, rules } of roles) {
        expect(JSON.stringify(rules), title).not.toContain('*')
        const many = rightsOf(rules).filter((right) =>
          /^(list|watch|deletecollection) (secrets|configmaps)/.test(right),
        )
        expect(many, title).toEqual([])
      }
    },
  )

  it('belong to the service account of the release, and to nobody else', async () => {
    const objects = await renderChart({ namespace: 'elsewhere', values: { projectNamespaces: ['shop', 'team-a'] } })
    const bindings = objects.filter(({ kind }) => kind.endsWith('RoleBinding'))
    const where = bindings.map(({ metadata, ...binding }) => `${metadata.namespace}: ${binding['roleRef'].name}`)
    expect(sorted(where)).toEqual([
      'elsewhere: botyard',
      'shop: botyard-project-namespace',
      'team-a: botyard-project-namespace',
      'undefined: botyard',
    ])
    for (const binding of bindings)
      expect(binding['subjects']).toEqual([{ kind: 'ServiceAccount', name: 'botyard', namespace: 'elsewhere' }])
  })
})

describe('the list of reduced roles', () => {
  it('lacks each right once', () => {
    const { rules } = roleOf(byDefault, 'ClusterRole botyard')
    const reduced = withoutEach(rules)
    expect(reduced.map(({ without }) => without)).toEqual(rightsOf(rules))
    for (const { without, rules: rest } of reduced)
      expect(sorted([...rightsOf(rest), without])).toEqual(sorted(rightsOf(rules)))
  })
})
