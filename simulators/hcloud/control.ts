// The hands of those who test: switch faults on, change the world behind everybody's back, see all of it.

import { nameMatcher } from '../kit/route-pattern.ts'
import type { WorldFaults } from './faults.ts'
import { relinkFirewall, relinkServer } from './firewall-links.ts'
import type { Guests } from './guests.ts'
import { type Labels, problemOfLabels } from './labels.ts'
import { releasePrimaryIP } from './primary-ip-pool.ts'
import type { Life } from './server-life.ts'
import { type ProjectSnapshot, projectSnapshot, type Snapshot, snapshotOf } from './snapshot.ts'
import type { HetznerProject, Listed, ServerStatus } from './state.ts'
import type { World } from './world.ts'

export interface Change {
  id: number
  name?: string
  labels?: Record<string, string>
}

/** What cannot be done throws a RangeError that says why. Objects are named by id: ids are unique everywhere. */
export interface Control {
  state(): Snapshot
  /** The part of the state that a token reaches, also a revoked one. `undefined`: the token was never used. */
  project(token: string): ProjectSnapshot | undefined
  /** Another token of the Hetzner project that `of` reaches (found on the way if `of` was never used). */
  addToken(o: { of: string; token: string; readOnly?: boolean }): void
  /** From now on 401. */
  revokeToken(token: string): void
  /** All tokens of the Hetzner projects of this name or pattern; returns how many that were. */
  revokeTokensOf(project: string): number
  setLimits(o: { token: string; servers?: number; primaryIPs?: number }): void
  /** `left`: requests that remain in the bucket now; `perHour`: its size and refill. */
  setBudget(o: { token: string; perHour?: number; left?: number }): void
  /** Its time starts now; docs/reference/fault-plans.md tells the kinds. */
  addFault: WorldFaults['add']
  /** Ends all faults; the world stays as it is. */
  clearFaults(): void
  /** At once: no action, no protection, no lock. */
  deleteServer(id: number): void
  powerOffServer(id: number): void
  /** Labels replace the whole set, as with the API. The status is only shown: nothing else changes with it. */
  changeServer(o: Change & { status?: ServerStatus }): void
  changePrimaryIP(o: Change): void
  changeFirewall(o: Change): void
  /** Also takes it off the server that holds it. */
  deletePrimaryIP(id: number): void
  /** Also where it is in use. */
  deleteFirewall(id: number): void
  deleteSSHKey(id: number): void
}

export interface ControlDeps {
  world: World
  life: Life
  guests: Guests
}

export function createControl(deps: ControlDeps): Control {
  const { world } = deps
  const observing = {
    state: () => snapshotOf(world),
    project: (token: string) => projectSnapshot(world.findToken(token)?.project),
  }
  const faults = {
    addFault: world.faults.add,
    clearFaults: world.faults.clear,
  }
  return { ...observing, ...tokens(deps), ...faults, ...servers(deps), ...others(deps) }
}

type Tokens = Pick<Control, 'addToken' | 'revokeToken' | 'revokeTokensOf' | 'setLimits' | 'setBudget'>

function tokens({ world }: ControlDeps): Tokens {
  const projectOf = (token: string): HetznerProject => {
    const entry = world.findToken(token) ?? world.authenticate(token)
    if (entry === undefined) throw new RangeError('Cannot find a Hetzner project: the token has not 64 characters')
    return entry.project
  }
  return {
    addToken({ of, token, readOnly = false }) {
      if (token.length !== 64) throw new RangeError('Cannot add token: it must have 64 characters')
      if (world.findToken(token) !== undefined) throw new RangeError('Cannot add token: it is in use already')
      world.addToken(projectOf(of), { token, readOnly, revoked: false })
    },
    revokeToken(token) {
      const entry = world.findToken(token) ?? world.authenticate(token)
      if (entry === undefined) throw new RangeError('Cannot revoke token: it has not 64 characters')
      entry.token.revoked = true
    },
    revokeTokensOf(pattern) {
      const isMeant = nameMatcher(pattern)
      const meant = world.projects.filter(({ name }) => isMeant(name)).flatMap(({ tokens }) => tokens)
      for (const token of meant) token.revoked = true
      return meant.length
    },
    setLimits({ token, ...limits }) {
      Object.assign(projectOf(token).limits, limits)
    },
    setBudget({ token, ...change }) {
      Object.assign(projectOf(token).budget, change, { at: world.clock.monotonic() })
    },
  }
}

function servers({
  world,
  life,
  guests,
}: ControlDeps): Pick<Control, 'deleteServer' | 'powerOffServer' | 'changeServer'> {
  return {
    deleteServer(id) {
      const { project, object } = find(world, 'servers', id)
      life.vanish(project, object)
      world.changed(project)
    },
    powerOffServer(id) {
      const { project, object } = find(world, 'servers', id)
      guests.stop(object)
      object.status = 'off'
      world.changed(project)
    },
    changeServer(o) {
      const { project, object } = rename(world, 'servers', o)
      object.status = o.status ?? object.status
      relinkServer(world, project, object)
      world.changed(project)
    },
  }
}

function others({ world }: ControlDeps) {
  return {
    changePrimaryIP: (o: Change) => void rename(world, 'primaryIPs', o),
    changeFirewall: (o: Change) => void rename(world, 'firewalls', o),
    deletePrimaryIP(id: number) {
      const { project, object } = find(world, 'primaryIPs', id)
      const holder = object.assigneeID === null ? undefined : project.servers.get(object.assigneeID)
      if (holder !== undefined) holder[object.type] = null
      releasePrimaryIP(world, project, object)
      world.changed(project)
    },
    deleteFirewall(id: number) {
      const { project, object } = find(world, 'firewalls', id)
      object.servers = []
      object.selectors = []
      relinkFirewall(world, project, object)
      project.firewalls.delete(id)
      world.changed(project)
    },
    deleteSSHKey(id: number) {
      const { project } = find(world, 'sshKeys', id)
      project.sshKeys.delete(id)
      world.changed(project)
    },
  }
}

type Objects = { [K in keyof Listed]: Listed[K] extends Map<number, infer T> ? T : never }
type ObjectOf<K extends keyof Listed> = Objects[K]

function find<K extends keyof Listed>(
  world: World,
  kind: K,
  id: number,
): { project: HetznerProject; object: ObjectOf<K> } {
  for (const project of world.projects) {
    const object = project[kind].get(id)
    if (object !== undefined) return { project, object: object as ObjectOf<K> }
  }
  throw new RangeError(`Cannot find ${id}: none of the ${kind} has this id`)
}

function rename<K extends keyof Listed>(world: World, kind: K, { id, name, labels }: Change) {
  const found = find(world, kind, id)
  const problem = problemOfLabels(labels ?? {})
  if (problem !== undefined) throw new RangeError(`Cannot change ${id}: ${problem}`)
  const object: { name: string; labels: Labels } = found.object
  if (name !== undefined) object.name = name
  if (labels !== undefined) object.labels = labels
  world.changed(found.project)
  return found
}
