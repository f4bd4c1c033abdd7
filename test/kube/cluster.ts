// What the tests of this folder share: transports to the real API server, and the smallest Project.

import { systemClock } from '../../src/clock.ts'
import { loadClusterConfig } from '../../src/kube/cluster-config.ts'
import { createTransport, type Transport } from '../../src/kube/transport.ts'
import { type Api, operatorKubeconfig } from '../support/control-plane.ts'

/** Calls as the operator, with its rights. */
export async function operatorTransport(): Promise<Transport> {
  return transportFor(await operatorKubeconfig())
}

export async function transportFor(kubeconfig: string): Promise<Transport> {
  const cluster = await loadClusterConfig({ clock: systemClock, kubeconfig })
  return createTransport({ cluster, clock: systemClock, random: Math.random })
}

/** Creates a Project that the API server accepts. */
export function createProject(api: Api, ref: { namespace: string; name: string }) {
  return api.create({
    apiVersion: 'botyard.dev/v1alpha1',
    kind: 'Project',
    metadata: ref,
    spec: {
      hetzner: { tokenSecretRef: { name: 'hetzner' } },
      server: { types: ['cx23'] },
      workload: { cloudInit: { inline: '#cloud-config\n' } },
      telegram: { tokenSecretRef: { name: 'bot' } },
    },
  })
}

export const projectRef = (namespace: string, name: string) => ({
  apiVersion: 'botyard.dev/v1alpha1',
  kind: 'Project',
  metadata: { namespace, name },
})
