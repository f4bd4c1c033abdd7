// Everything the simulated Hetzner remembers. Plain data without timers, so that a past state can be kept as a copy.

import type { Labels } from './labels.ts'
import type { Image, Location, ServerType } from './seed.ts'

export const serverStatuses = [
  'initializing',
  'starting',
  'running',
  'stopping',
  'off',
  'deleting',
  'migrating',
  'rebuilding',
  'unknown',
] as const

export type ServerStatus = (typeof serverStatuses)[number]

/** What an action may lock: each one that runs counts. */
export interface Lockable {
  runningActions: number
}

export interface Server extends Lockable {
  id: number
  name: string
  status: ServerStatus
  /** Milliseconds since the epoch, as everywhere in the state. */
  created: number
  type: ServerType
  location: Location
  image: Image
  labels: Labels
  protection: { delete: boolean; rebuild: boolean }
  /** Ids of Primary IPs. */
  ipv4: number | null
  ipv6: number | null
  firewalls: { id: number; status: 'applied' | 'pending' }[]
  /** Attached, or about to be: what is under way is reserved but not yet shown. */
  networks: Attachment[]
  placementGroup: number | null
  /** Two hours of the day, like `22-02`; `null`: no backups are made. */
  backupWindow: string | null
  /** Of the local disk: a larger type does not always bring a larger disk. */
  diskGB: number
  /** Whether SSH keys were given, so that no root password is told. */
  hasSSHKeys: boolean
  /** Never leaves in an answer: it goes to the machine only. */
  userData: string
}

/** A server's place in a private network. */
export interface Attachment {
  network: number
  ip: string
  aliasIPs: string[]
  macAddress: string
  attached: boolean
}

export interface PrimaryIP {
  id: number
  name: string
  type: 'ipv4' | 'ipv6'
  ip: string
  location: Location
  created: number
  autoDelete: boolean
  assigneeID: number | null
  labels: Labels
  protection: { delete: boolean }
  /** Reverse names that were set, by address; without one the name is the default of the address. */
  reverseNames: Record<string, string>
}

export interface Rule {
  direction: 'in' | 'out'
  protocol: 'tcp' | 'udp' | 'icmp' | 'esp' | 'gre'
  port: string | null
  source_ips: string[]
  destination_ips: string[]
  description: string | null
}

export interface Firewall {
  id: number
  name: string
  created: number
  labels: Labels
  rules: Rule[]
  /** Servers that it was applied to by id. */
  servers: number[]
  /** Label selectors that it was applied to. */
  selectors: string[]
  /** Until then it counts as in use, although its servers are gone. */
  heldUntil: number
}

export interface SSHKey {
  id: number
  name: string
  fingerprint: string
  publicKey: string
  labels: Labels
  created: number
}

export interface Subnet {
  type: 'cloud' | 'server' | 'vswitch'
  ip_range: string
  network_zone: string
  vswitch_id: number | null
}

export interface Network extends Lockable {
  id: number
  name: string
  created: number
  labels: Labels
  ipRange: string
  subnets: Subnet[]
  routes: { destination: string; gateway: string }[]
  exposeRoutesToVSwitch: boolean
  protection: { delete: boolean }
}

export interface Volume extends Lockable {
  id: number
  name: string
  created: number
  labels: Labels
  sizeGB: number
  format: 'ext4' | 'xfs' | null
  location: Location
  status: 'creating' | 'available'
  /** Also while it is being attached or detached. */
  serverID: number | null
  protection: { delete: boolean }
}

/** Who is in it is known to the servers. */
export interface PlacementGroup {
  id: number
  name: string
  created: number
  labels: Labels
  type: 'spread'
}

export type ResourceType = 'server' | 'primary_ip' | 'firewall' | 'network' | 'volume' | 'image'

export interface Action {
  id: number
  command: string
  status: 'running' | 'success' | 'error'
  started: number
  /** When its own work began: a next action waits for the one before. */
  begun: number | null
  seconds: number
  finished: number | null
  resources: { id: number; type: ResourceType }[]
  error: { code: string; message: string } | null
}

export interface Token {
  token: string
  readOnly: boolean
  revoked: boolean
}

/** What lists show; they may show an earlier copy of it. */
export interface Listed {
  servers: Map<number, Server>
  primaryIPs: Map<number, PrimaryIP>
  firewalls: Map<number, Firewall>
  sshKeys: Map<number, SSHKey>
  networks: Map<number, Network>
  volumes: Map<number, Volume>
  placementGroups: Map<number, PlacementGroup>
}

export interface HetznerProject extends Listed {
  /** A name for people and control routes; no token can be read from it. */
  name: string
  tokens: Token[]
  actions: Map<number, Action>
  limits: { servers: number; primaryIPs: number }
  /** When released Primary IPs stop counting against the quota. */
  releasing: number[]
  budget: { perHour: number; left: number; at: number }
  /** Earlier states, oldest first; empty unless lists lag. */
  history: { at: number; listed: Listed }[]
}

export const isLocked = ({ runningActions }: Lockable): boolean => runningActions > 0
