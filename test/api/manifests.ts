// Projects for tests of the API: the smallest, the fullest, and changed copies of them.
import type { KubeObject } from '../../scripts/control-plane/api.ts'

export interface Manifest extends KubeObject {
  metadata: { name: string; namespace: string }
}

/** Only what is required. */
export function smallest(namespace: string, name = 'echo'): Manifest {
  return {
    apiVersion: 'botyard.dev/v1alpha1',
    kind: 'Project',
    metadata: { name, namespace },
    spec: {
      hetzner: { tokenSecretRef: { name: 'hetzner' } },
      server: { types: ['cx23'] },
      workload: { cloudInit: { inline: '#cloud-config\n' } },
    },
  }
}

/** The smallest that has a bot. */
export function withBot(namespace: string, name = 'echo'): Manifest {
  return changed(smallest(namespace, name), 'spec.telegram', { tokenSecretRef: { name: 'echo-bot' } })
}

/** A copy with one field set, by its path; `undefined` removes it. */
export function changed(manifest: Manifest, path: string, value: unknown): Manifest {
  const copy = structuredClone(manifest)
  const names = path.split('.')
  const last = names.pop() ?? ''
  // biome-ignore lint/suspicious/noExplicitAny: a path leads through objects of any shape
  const parent = names.reduce<any>((node, name) => (node[name] ??= {}), copy)
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return copy
}

/** What the operator records of a server: from then on it cannot be given up for a change of spec. */
export const recordedServer = {
  id: 4711,
  name: 'echo-5f3a91c2k7m0q',
  type: 'cx23',
  location: 'nbg1',
  image: 'debian-13',
  state: 'running',
}

/** What the API server makes of the smallest Project that has a bot. */
export const completeSpec = {
  suspend: false,
  deletionPolicy: 'Delete',
  resyncInterval: '10m',
  timeouts: { create: '10m', boot: '15m', shutdown: '2m' },
  hetzner: { tokenSecretRef: { name: 'hetzner', key: 'token' } },
  server: { types: ['cx23'], locations: ['nbg1', 'fsn1', 'hel1'], image: 'debian-13', sshKeys: [] },
  workload: {
    cloudInit: { inline: '#cloud-config\n' },
    probe: { path: '/.well-known/botyard', periodSeconds: 30, failureThreshold: 3 },
  },
  telegram: {
    tokenSecretRef: { name: 'echo-bot', key: 'token' },
    webhook: {
      port: 443,
      path: '/webhook',
      maxConnections: 40,
      takeover: 'Refuse',
      dropPendingUpdates: 'Never',
    },
    onDelete: 'DeleteIfOurs',
  },
}
