// How things of ours are told from everybody else's at Hetzner. The names come from the caller: a provider has none.

import type { FirewallRule, Labels } from './domain.ts'

/** How things of ours are told from others. Names of labels are the caller's business. */
export interface Identity {
  /** Selects everything of this cluster, for sweeps. */
  clusterSelector: string
  /** The label whose value is a Project's uid. */
  uidLabel: string
  /** The shared firewall that is the account's identity. */
  marker: {
    name: string
    labels: Labels
    /** Selects the marker among firewalls. */
    selector: string
    /** Selects the servers that the marker is applied to. */
    applyTo: string
    rules: readonly FirewallRule[]
  }
}
