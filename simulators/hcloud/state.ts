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

export interface Server {
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
  /** Never leaves in an answer: it goes to the machine only. */
  userData: string
  /** How many actions run on it; any locks it. */
  runningActions: number
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

export type ResourceType = 'server' | 'primary_ip' | 'firewall'

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

export const isLocked = (server: Server): boolean => server.runningActions > 0
