// What `/_simulator/state` shows: everything but secrets. Tokens are hashes, user data is a length and a hash.

import { createHash } from 'node:crypto'
import type {
  Action,
  Firewall,
  HetznerProject,
  Network,
  PlacementGroup,
  PrimaryIP,
  Server,
  SSHKey,
  Volume,
} from './state.ts'
import type { World } from './world.ts'

export interface ServerSnapshot {
  id: number
  name: string
  status: string
  type: string
  location: string
  image: string
  labels: Readonly<Record<string, string>>
  ipv4: string | null
  firewalls: readonly { id: number; status: string }[]
  locked: boolean
  created: number
  userData: { bytes: number; hash: string }
}

export interface PrimaryIPSnapshot {
  id: number
  name: string
  type: string
  ip: string
  location: string
  labels: Readonly<Record<string, string>>
  assigneeID: number | null
  autoDelete: boolean
}

export type VolumeSnapshot = Omit<Volume, 'location'> & { location: string }

export interface ProjectSnapshot {
  name: string
  tokens: { hash: string; readOnly: boolean; revoked: boolean }[]
  servers: ServerSnapshot[]
  primaryIPs: PrimaryIPSnapshot[]
  firewalls: Firewall[]
  sshKeys: SSHKey[]
  networks: Network[]
  volumes: VolumeSnapshot[]
  placementGroups: PlacementGroup[]
  runningActions: Action[]
  requestsLeft: number
  limits: { servers: number; primaryIPs: number }
}

export interface Snapshot {
  projects: ProjectSnapshot[]
  faults: object
}

/** The first 16 hexadecimal digits of SHA-256: how the simulator names what it must not show. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex').slice(0, 16)

/** A copy: what happens later does not change it. */
export const snapshotOf = (world: World): Snapshot =>
  structuredClone({ projects: world.projects.map(viewOf), faults: world.faults.list() })

export const projectSnapshot = (project: HetznerProject | undefined): ProjectSnapshot | undefined =>
  project && structuredClone(viewOf(project))

const viewOf = (project: HetznerProject): ProjectSnapshot => ({
  name: project.name,
  tokens: project.tokens.map(({ token, ...rest }) => ({ hash: hashOf(token), ...rest })),
  servers: [...project.servers.values()].map((server) => serverSnapshot(server, project)),
  primaryIPs: [...project.primaryIPs.values()].map(primaryIPSnapshot),
  firewalls: [...project.firewalls.values()],
  sshKeys: [...project.sshKeys.values()],
  networks: [...project.networks.values()],
  volumes: [...project.volumes.values()].map((volume) => ({ ...volume, location: volume.location.name })),
  placementGroups: [...project.placementGroups.values()],
  runningActions: [...project.actions.values()].filter(({ status }) => status === 'running'),
  requestsLeft: Math.floor(project.budget.left),
  limits: project.limits,
})

const serverSnapshot = (server: Server, { primaryIPs }: HetznerProject): ServerSnapshot => ({
  id: server.id,
  name: server.name,
  status: server.status,
  type: server.type.name,
  location: server.location.name,
  image: server.image.name,
  labels: server.labels,
  ipv4: server.ipv4 === null ? null : (primaryIPs.get(server.ipv4)?.ip ?? null),
  firewalls: server.firewalls,
  locked: server.runningActions > 0,
  created: server.created,
  userData: { bytes: Buffer.byteLength(server.userData), hash: hashOf(server.userData) },
})

const primaryIPSnapshot = ({
  location,
  created: _,
  protection: __,
  reverseNames: ___,
  ...rest
}: PrimaryIP): PrimaryIPSnapshot => ({
  ...rest,
  location: location.name,
})
