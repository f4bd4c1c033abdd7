// Objects to list and watch: as large as a Project that works, with what the API server adds to it.

export const thingPath = '/apis/botyard.dev/v1alpha1/projects'

const conditionTypes = ['Ready', 'Credentials', 'Address', 'Server', 'Workload', 'Webhook', 'InSync']

/** About 4 KB as JSON, a quarter of it managedFields. */
export function thing(index: number, resourceVersion: number): object {
  const name = `bot-${index}`
  return {
    apiVersion: 'botyard.dev/v1alpha1',
    kind: 'Project',
    metadata: {
      ...{ name, namespace: `team-${index % 100}`, uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` },
      ...{ resourceVersion: String(resourceVersion), generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' },
      finalizers: ['botyard.dev/project', 'botyard.dev/escrow'],
      managedFields: ['kubectl', 'botyard', 'status'].map((manager) => managedBy(manager)),
    },
    spec: {
      hetzner: { tokenSecretRef: { name: 'hetzner' } },
      server: { types: ['cx23', 'cpx22'] },
      workload: { cloudInit: { inline: `#cloud-config\n${'packages: [python3]\n'.repeat(20)}` } },
      telegram: { tokenSecretRef: { name: `${name}-bot` }, webhook: { port: 8443 } },
    },
    status: {
      observedGeneration: 1,
      conditions: conditionTypes.map((type) => ({
        ...{ type, status: 'True', reason: 'Available', observedGeneration: 1 },
        ...{ lastTransitionTime: '2026-01-01T00:00:00Z', message: `All that ${type} stands for is as it should be.` },
      })),
    },
  }
}

function managedBy(manager: string): object {
  const fields = Object.fromEntries(
    ['hetzner', 'server', 'workload', 'telegram', 'conditions', 'observedGeneration'].map((name) => [
      `f:${name}`,
      { '.': {}, 'f:name': {} },
    ]),
  )
  const of = { manager, operation: 'Update', apiVersion: 'botyard.dev/v1alpha1', time: '2026-01-01T00:00:00Z' }
  return { ...of, fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': fields } }
}
