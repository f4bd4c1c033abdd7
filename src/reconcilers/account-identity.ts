// How the operator's things are told from others' in a Hetzner account, and what the shared firewall lets in.

import type { Identity } from '../providers/hcloud/identity.ts'
import { clusterSelector, labelKeys, markerName } from './names.ts'

/** The ports that Telegram calls; it calls no other. */
const webhookPorts = ['443', '80', '88', '8443']

/** Open to everyone: TLS, the secret header and the bot's own checks guard the webhook, and the operator probes from anywhere. */
const everyone = ['0.0.0.0/0', '::/0']

export function accountIdentity(cluster: string): Identity {
  const labels = { [labelKeys.cluster]: cluster, [labelKeys.firewall]: 'shared' }
  return {
    clusterSelector: clusterSelector(cluster),
    uidLabel: labelKeys.uid,
    marker: {
      name: markerName(cluster),
      labels,
      selector: `${clusterSelector(cluster)},${labelKeys.firewall}==shared`,
      // Only servers can be selected, and every server of ours carries the cluster's label.
      applyTo: clusterSelector(cluster),
      rules: webhookPorts.map((port) => ({
        direction: 'in',
        protocol: 'tcp',
        port,
        sourceIPs: everyone,
        description: 'Telegram webhook',
      })),
    },
  }
}
