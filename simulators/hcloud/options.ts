// How long things take and where addresses come from. The defaults are what users report of the real service.

export interface HcloudOptions {
  /** Seconds of the create_server action. */
  createSeconds: number
  /** Seconds of start_server, of a reboot and of a reset. */
  startSeconds: number
  /** Seconds of a hard power-off. */
  powerOffSeconds: number
  /** Seconds from the ACPI signal until the guest is off. */
  shutdownSeconds: number
  deleteSeconds: number
  /** Seconds until a firewall that was applied is in force, and until one that was removed no longer is. */
  firewallSeconds: number
  /** Seconds that a firewall stays in use after its last server is gone. */
  firewallReleaseSeconds: number
  /** Seconds of assigning or unassigning a Primary IP. */
  assignSeconds: number
  /** Seconds of attaching a server to a network, and of taking it off. */
  networkSeconds: number
  /** Seconds of creating, attaching, detaching and resizing a volume. */
  volumeSeconds: number
  /** Seconds of moving a server to another type, before it starts. */
  changeTypeSeconds: number
  /** Seconds of writing an image over a server's disk, its start included. */
  rebuildSeconds: number
  /** Seconds of everything that only changes what is remembered: protection, reverse names, backups. */
  settingSeconds: number
  /** Seconds that a released Primary IP still counts against the quota. */
  quotaReleaseSeconds: number
  /** Requests an hour and Hetzner project. */
  requestsPerHour: number
  /** Quota of a new Hetzner project. */
  serverLimit: number
  primaryIPLimit: number
  /** Where Primary IPv4 addresses come from. */
  ipv4Range: string
}

export const defaultOptions: HcloudOptions = {
  createSeconds: 3,
  startSeconds: 7,
  powerOffSeconds: 2,
  shutdownSeconds: 10,
  deleteSeconds: 2,
  firewallSeconds: 1,
  firewallReleaseSeconds: 2,
  assignSeconds: 1,
  networkSeconds: 2,
  volumeSeconds: 2,
  changeTypeSeconds: 20,
  rebuildSeconds: 12,
  settingSeconds: 1,
  quotaReleaseSeconds: 60,
  requestsPerHour: 3600,
  serverLimit: 1000,
  primaryIPLimit: 1000,
  ipv4Range: '127.64.0.0/10',
}
