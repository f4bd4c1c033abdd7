// The simulated Hetzner as a whole: its projects by token, and what every handler works with.

import type { Clock } from '../kit/clock.ts'
import type { Machines } from '../kit/machines.ts'
import { type Actions, createActions } from './actions.ts'
import { type Addresses, createAddresses } from './addresses.ts'
import { createWorldFaults, type WorldFaults } from './faults.ts'
import { createIDs, type IDKind } from './ids.ts'
import type { HcloudOptions } from './options.ts'
import type { HetznerProject, Listed, Token } from './state.ts'

export interface World {
  readonly clock: Clock
  random(): number
  readonly machines: Machines
  readonly options: HcloudOptions
  readonly actions: Actions
  readonly addresses: Addresses
  readonly faults: WorldFaults
  readonly projects: readonly HetznerProject[]
  nextID(kind: IDKind): number
  /** The Hetzner project of a token; one that was never seen founds its own. `undefined`: the token is not valid. */
  authenticate(token: string): { project: HetznerProject; token: Token } | undefined
  /** A token of a project that exists already. */
  addToken(project: HetznerProject, token: Token): void
  /** Whether any project knows the token, also a revoked one. */
  findToken(token: string): { project: HetznerProject; token: Token } | undefined
  /** To be called after each change of a project: lists that lag show what it was. */
  changed(project: HetznerProject): void
  /** What lists show now. */
  listed(project: HetznerProject): Listed
}

export interface WorldDeps {
  clock: Clock
  /** Uniform in [0, 1). */
  random(): number
  machines: Machines
  options: HcloudOptions
}

const tokenLength = 64

export function createWorld({ clock, random, machines, options }: WorldDeps): World {
  const projects: HetznerProject[] = []
  const byToken = new Map<string, { project: HetznerProject; token: Token }>()
  const nextID = createIDs(random)
  const onLag = () => {
    for (const project of projects) changed(project)
  }
  const faults = createWorldFaults({ clock, onLag })

  function found(token: string): { project: HetznerProject; token: Token } {
    const project = emptyProject(`project-${projects.length + 1}`, { options, now: clock.monotonic() })
    projects.push(project)
    return addToken(project, { token, readOnly: token.startsWith('readonly'), revoked: false })
  }

  function addToken(project: HetznerProject, token: Token): { project: HetznerProject; token: Token } {
    const entry = { project, token }
    project.tokens.push(token)
    byToken.set(token.token, entry)
    return entry
  }

  const changed = (project: HetznerProject): void => {
    if (faults.listLagSeconds > 0) remember(project, { now: clock.now(), lag: faults.listLagSeconds * 1000 })
    else project.history.length = 0
  }

  return {
    clock,
    random,
    machines,
    options,
    faults,
    projects,
    nextID,
    addresses: createAddresses({ random, range: options.ipv4Range }),
    actions: createActions({ clock, nextID: () => nextID('action'), takeFault: faults.takeFault, changed }),
    authenticate(token) {
      if (token.length !== tokenLength) return undefined
      const entry = byToken.get(token) ?? found(token)
      return entry.token.revoked ? undefined : entry
    },
    addToken: (project, token) => void addToken(project, token),
    findToken: (token) => byToken.get(token),
    changed,
    listed(project) {
      const shownAt = clock.now() - faults.listLagSeconds * 1000
      if (faults.listLagSeconds === 0 || project.history.length === 0) return project
      return (project.history.findLast(({ at }) => at <= shownAt) ?? project.history[0] ?? { listed: project }).listed
    },
  }
}

function remember(project: HetznerProject, { now, lag }: { now: number; lag: number }): void {
  const { servers, primaryIPs, firewalls, sshKeys, networks, volumes, placementGroups } = project
  const listed = { servers, primaryIPs, firewalls, sshKeys, networks, volumes, placementGroups }
  project.history.push({ at: now, listed: structuredClone(listed) })
  const firstNeeded = project.history.findLastIndex(({ at }) => at <= now - lag)
  if (firstNeeded > 0) project.history.splice(0, firstNeeded)
}

function emptyProject(name: string, { options, now }: { options: HcloudOptions; now: number }): HetznerProject {
  return {
    name,
    tokens: [],
    servers: new Map(),
    primaryIPs: new Map(),
    firewalls: new Map(),
    sshKeys: new Map(),
    networks: new Map(),
    volumes: new Map(),
    placementGroups: new Map(),
    actions: new Map(),
    limits: { servers: options.serverLimit, primaryIPs: options.primaryIPLimit },
    releasing: [],
    budget: { perHour: options.requestsPerHour, left: options.requestsPerHour, at: now },
    history: [],
  }
}
