// What to do about a Project's server, decided from what was seen. Pure: the step carries it out.

import type { ProjectStatus } from '../api/project.ts'
import { type Duration, seconds } from '../clock.ts'
import type { Action, Labels, Server } from '../providers/hcloud/domain.ts'

export interface ServerWorld {
  /** Servers that carry the Project's labels. */
  servers: readonly Server[]
  addressID: number
  /** What we began and have not seen the end of. */
  operation: ProjectStatus['operation']
  /** Its actions; undefined = not read yet. */
  actions: readonly Action[] | undefined
  /** Milliseconds since the epoch. */
  now: number
  wanted: { name: string; labels: Labels }
}

export type ServerDecision =
  | { kind: 'create' }
  /** The last creation failed: the next one has its time. */
  | { kind: 'pause'; after: Duration }
  | { kind: 'ambiguous'; names: readonly string[] }
  /** It lost our address, or never had it. */
  | { kind: 'elsewhere'; server: Server }
  | { kind: 'deleting'; server: Server }
  | { kind: 'follow'; server: Server; created: boolean }
  /** The create takes longer than the user allows. */
  | { kind: 'late'; server: Server }
  /** Hetzner works on it, but we do not know at what. */
  | { kind: 'recover'; server: Server }
  /** Its creation failed and it never ran. */
  | { kind: 'discard'; server: Server; why: string }
  | { kind: 'powerOn'; server: Server }
  | { kind: 'powerOnFailed'; server: Server; why: string }
  | { kind: 'busy'; server: Server }
  | { kind: 'relabel'; server: Server }
  | { kind: 'running'; server: Server }

export function decideServer(world: ServerWorld): ServerDecision {
  const [server, ...others] = world.servers
  if (server === undefined) return decideMissing(world)
  if (others.length > 0) return { kind: 'ambiguous', names: world.servers.map((each) => each.name) }
  if (server.status === 'deleting') return { kind: 'deleting', server }
  if (server.ipv4 !== undefined && server.ipv4.id !== world.addressID) return { kind: 'elsewhere', server }
  if (server.status === 'running')
    return isAsWanted(server, world.wanted) ? { kind: 'running', server } : { kind: 'relabel', server }
  return decideNotRunning(world, server)
}

/** From a creation that failed to the next one: 10 s after the first, then doubling. */
export const discardPause = (attempt: number): Duration => seconds(5) * 2 ** attempt

/** Whatever wakes the Project meanwhile, a failed creation is not repeated before its time. */
function decideMissing({ operation, now }: ServerWorld): ServerDecision {
  if (operation?.kind !== 'Discard') return { kind: 'create' }
  const failed = (operation.attempt ?? 2) - 1
  const after = Date.parse(operation.startedAt) + discardPause(failed) - now
  return after > 0 ? { kind: 'pause', after } : { kind: 'create' }
}

function decideNotRunning(world: ServerWorld, server: Server): ServerDecision {
  const { operation } = world
  const isOurs = operation !== undefined && operation.kind !== 'Discard' && operation.actionIDs.length > 0
  if (isOurs)
    return (
      decideFailed(world, server) ?? decideWorking(world, server) ?? decideSettled(server) ?? { kind: 'busy', server }
    )
  return decideSettled(server) ?? { kind: 'recover', server }
}

/** Our actions still run, or have not been read yet. */
function decideWorking(world: ServerWorld, server: Server): ServerDecision | undefined {
  const ended = world.actions?.every((action) => action.status !== 'running') ?? false
  if (ended) return undefined
  return isLate(world)
    ? { kind: 'late', server }
    : { kind: 'follow', server, created: world.operation?.kind !== 'Create' }
}

const decideSettled = (server: Server): ServerDecision | undefined =>
  server.status === 'off' && !server.locked ? { kind: 'powerOn', server } : undefined

/**
 * An action that failed, judged by what the server is now, because an action may fail although its effect came about.
 * Only the create action proves that a server never ran; one whose first start failed is started once by us.
 */
function decideFailed({ operation, actions = [] }: ServerWorld, server: Server): ServerDecision | undefined {
  const failed = actions.find((action) => action.status === 'error')
  if (failed === undefined) return undefined
  const why = failed.error?.message ?? failed.error?.code ?? 'no reason given'
  if (operation?.kind === 'Create' && failed.command === 'create_server') return { kind: 'discard', server, why }
  if (operation?.kind === 'PowerOn') return { kind: 'powerOnFailed', server, why }
  return undefined
}

const isLate = ({ operation, now }: ServerWorld): boolean =>
  operation?.kind === 'Create' && operation.deadline !== undefined && now > Date.parse(operation.deadline)

/** Labels are compared as a whole set, because an update replaces the whole set. */
export function isAsWanted(server: Server, wanted: ServerWorld['wanted']): boolean {
  const names = new Set([...Object.keys(server.labels), ...Object.keys(wanted.labels)])
  return server.name === wanted.name && [...names].every((name) => server.labels[name] === wanted.labels[name])
}
