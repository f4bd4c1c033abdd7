// What the rest of the operator knows of Hetzner's objects: narrow, camelCase, and only what somebody reads.

import type { ErrorClass } from './errors.ts'

export type Labels = Readonly<Record<string, string>>

/** The documented states; new ones appear without notice, so any other string is possible. */
export type ServerStatus =
  | 'initializing'
  | 'starting'
  | 'running'
  | 'stopping'
  | 'off'
  | 'deleting'
  | 'migrating'
  | 'rebuilding'
  | 'unknown'
  | (string & {})

export interface Server {
  readonly id: number
  readonly name: string
  readonly status: ServerStatus
  /** RFC 3339, UTC. */
  readonly created: string
  /** The public IPv4: `id` is that of the Primary IP. */
  readonly ipv4?: { readonly id: number; readonly ip: string }
  /** The public IPv6 network, a /64. */
  readonly ipv6?: string
  readonly type: string
  readonly location: string
  readonly image?: { readonly id: number; readonly name: string | null }
  readonly labels: Labels
  /** A running action holds the server; other changes are refused with code `locked`. */
  readonly locked: boolean
  readonly firewallIDs: readonly number[]
}

export interface PrimaryIP {
  readonly id: number
  readonly name: string
  readonly ip: string
  readonly type: 'ipv4' | 'ipv6'
  readonly location: string
  /** The server that holds it; null when free. */
  readonly assigneeID: number | null
  readonly autoDelete: boolean
  readonly labels: Labels
}

export interface SSHKey {
  readonly id: number
  readonly name: string
  readonly fingerprint: string
  readonly publicKey: string
  readonly labels: Labels
}

export interface FirewallRule {
  readonly direction: 'in' | 'out'
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'esp' | 'gre'
  /** `"80"` or `"80-85"`; tcp and udp only. */
  readonly port?: string
  /** CIDRs, for direction `in`. */
  readonly sourceIPs?: readonly string[]
  /** CIDRs, for direction `out`. */
  readonly destinationIPs?: readonly string[]
  readonly description?: string
}

export interface Firewall {
  readonly id: number
  readonly name: string
  readonly labels: Labels
  readonly rules: readonly FirewallRule[]
  /** Label selectors that it is applied to. */
  readonly selectors: readonly string[]
}

export interface Action {
  readonly id: number
  readonly command: string
  readonly status: 'running' | 'success' | 'error'
  /** Per cent. */
  readonly progress: number
  /** Set when the status is `error`; classified by the same table as answers. */
  readonly error?: { readonly code: string; readonly message: string; readonly errorClass: ErrorClass }
  readonly resources: readonly { readonly id: number; readonly type: string }[]
}

/** A price without and with VAT: decimal strings in the currency of the pricing, never floats. */
export interface Price {
  readonly net: string
  readonly gross: string
}

export interface ServerType {
  readonly id: number
  readonly name: string
  readonly architecture: 'x86' | 'arm' | (string & {})
  readonly cores: number
  /** GB. */
  readonly memory: number
  /** GB. */
  readonly disk: number
  readonly prices: readonly { readonly location: string; readonly hourly: Price; readonly monthly: Price }[]
  /**
   * Where it is sold. `available` is neither necessary nor sufficient for a create to work: a hint, not a verdict.
   * `unavailableAfter` (RFC 3339) is set once the vendor has announced the end of the type there.
   */
  readonly locations: readonly {
    readonly name: string
    readonly available: boolean
    readonly unavailableAfter?: string
  }[]
}

export interface Location {
  readonly id: number
  readonly name: string
  readonly networkZone: string
}

export interface Image {
  readonly id: number
  /** Null for snapshots and backups. */
  readonly name: string | null
  readonly type: string
  readonly status: string
  readonly architecture: 'x86' | 'arm' | (string & {})
  /** RFC 3339; set once the vendor has announced the end of the image. */
  readonly unavailableAfter?: string
}

export interface Pricing {
  readonly currency: string
  /** Prices of a Primary IP by type and location. */
  readonly primaryIPs: readonly {
    readonly type: string
    readonly prices: readonly { readonly location: string; readonly hourly: Price; readonly monthly: Price }[]
  }[]
}
