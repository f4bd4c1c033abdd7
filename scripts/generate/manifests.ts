// deploy/: the chart as plain manifests, for those who have no Helm: make demo, the tests, and people.
import { stringify } from 'yaml'
import type { KubeObject } from '../control-plane/api.ts'
import { renderChart } from '../helm/render-chart.ts'

const namespace: KubeObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'botyard-system', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
}

/** What the chart makes by default but for the CRD, which is in crds/, and the namespace that Helm would make. */
export async function operatorManifest(): Promise<string> {
  return documents([namespace, ...(await renderChart({ values: { crds: { install: false } } })).map(unpackaged)])
}

/** The RoleBinding of one namespace with Projects, without the namespace: `kubectl apply --namespace` says which. */
export async function grantManifest(): Promise<string> {
  const objects = await renderChart({ values: { projectNamespaces: ['any'] } })
  const grants = objects.filter(({ metadata }) => metadata.namespace === 'any').map(unpackaged)
  for (const { metadata } of grants) delete metadata.namespace
  return documents(grants)
}

/** Helm's own labels would tell Helm, and people, that a release owns the object. */
function unpackaged(object: KubeObject): KubeObject {
  for (const { labels } of [object.metadata, object['spec']?.template?.metadata ?? {}]) {
    for (const name of ['app.kubernetes.io/managed-by', 'app.kubernetes.io/instance', 'helm.sh/chart'])
      delete labels?.[name]
  }
  return object
}

const documents = (objects: readonly KubeObject[]) => objects.map((object) => stringify(object)).join('---\n')
