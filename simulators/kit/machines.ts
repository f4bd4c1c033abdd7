// The seam between the Hetzner simulator, which says when a server has power, and the servers that then really run.

/** As Hetzner's API words a firewall rule; other members may be there and are not looked at. */
export interface FirewallRule {
  direction: 'in' | 'out'
  protocol: string
  /** `443`, `8000-9000` or `any`; absent where the protocol has no ports. */
  port?: string | null | undefined
  /** CIDRs. */
  source_ips?: readonly string[] | undefined
}

export interface MachineStart {
  /** The server's id at Hetzner. The disk belongs to it and outlives the power. */
  id: number
  name: string
  /** A loopback address of its own. */
  ipv4: string
  /** As given when the server was created: plain, or base64 of plain or gzip. */
  userData: string
  /** The rules in force, asked for at each connection; `undefined` when no firewall applies, which admits everything. */
  rules(): readonly FirewallRule[] | undefined
}

/** `neverServes`: cloud-init runs, nothing listens. `cloudInitError`: cloud-init stops before it writes a file. */
export type BootFailure = 'neverServes' | 'cloudInitError'

export interface Machines {
  /** Power on: boots after the boot delay, then serves. Does nothing while it has power. */
  start(machine: MachineStart): void
  /** Power off, at once; the disk stays. */
  stop(id: number): void
  /** Power off, and the disk is gone. */
  remove(id: number): void
}
