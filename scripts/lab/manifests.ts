// The objects that the demo applies: the smallest Project that works in the lab, and the Secrets that it names.

import type { KubeObject } from '../control-plane/api.ts'

export interface Example {
  namespace: string
  name: string
  hetznerToken: string
  botToken: string
}

/** 64 characters, as Hetzner's tokens have; the simulator makes a Hetzner project of its own for each. */
export const hetznerToken = (seed: string): string =>
  seed
    .replace(/[^A-Za-z0-9]/g, '')
    .padEnd(64, 'x')
    .slice(0, 64)

/** The bot's id, a colon, 35 characters. */
export const botToken = (id: number): string => `${id}:${'A'.repeat(35)}`

/** In the lab a server is played by the simulator, which serves what these words stand for. */
const userData = '#cloud-config\n# A real one installs the bot and its HTTPS server here.\npackages: [python3]\n'

export function exampleSecrets({ namespace, name, hetznerToken: hetzner, botToken: bot }: Example): KubeObject[] {
  const secret = (secretName: string, token: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: secretName },
    stringData: { token },
  })
  return [secret('hetzner', hetzner), secret(`${name}-bot`, bot)]
}

export function exampleProject({ namespace, name }: Example): KubeObject {
  return {
    apiVersion: 'botyard.dev/v1alpha1',
    kind: 'Project',
    metadata: { namespace, name },
    spec: {
      hetzner: { tokenSecretRef: { name: 'hetzner' } },
      server: { types: ['cx23', 'cpx22'] },
      workload: { cloudInit: { inline: userData } },
      // 8443, so that no simulated server needs a privileged port.
      telegram: { tokenSecretRef: { name: `${name}-bot` }, webhook: { port: 8443 } },
    },
  }
}
