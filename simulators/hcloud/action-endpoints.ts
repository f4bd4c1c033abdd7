// Reading actions: the batch poll, one by id, and those of a kind of resource or of one resource.

import { type Answer, type Call, type Endpoint, ok } from './endpoint.ts'
import { goneEndpoint } from './errors.ts'
import { findByParam } from './input.ts'
import { listAnswer } from './paging.ts'
import type { Action, ResourceType } from './state.ts'

const kinds = {
  servers: { type: 'server', objects: 'servers', what: 'server' },
  primary_ips: { type: 'primary_ip', objects: 'primaryIPs', what: 'Primary IP' },
  firewalls: { type: 'firewall', objects: 'firewalls', what: 'firewall' },
  networks: { type: 'network', objects: 'networks', what: 'network' },
  volumes: { type: 'volume', objects: 'volumes', what: 'volume' },
} as const

export const actionEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/actions', handle: batch },
  { method: 'GET', path: '/actions/:id', handle: one },
  ...Object.keys(kinds).flatMap((name) => endpointsOf(name as keyof typeof kinds)),
]

/** `id` is required, and may be given many times: the listing of all actions was taken away. */
function batch(call: Call): Answer {
  if (!call.url.searchParams.has('id'))
    throw goneEndpoint('listing all actions is no longer possible, give the parameter id')
  const ids = call.url.searchParams.getAll('id').map(Number)
  const known = ids.flatMap((id) => call.project.actions.get(id) ?? [])
  return list(call, new Set(known))
}

function one(call: Call): Answer {
  const action = findByParam(call.project.actions, { what: 'action', id: call.params.id })
  return ok({ action: call.world.actions.view(action) })
}

function endpointsOf(name: keyof typeof kinds): Endpoint[] {
  const { type, objects, what } = kinds[name]
  const ofResource = (call: Call): Action[] => {
    const { id } = findByParam<{ id: number }>(call.project[objects], { what, id: call.params.id })
    return actionsOf(call, type).filter(({ resources }) => resources.some((one) => one.type === type && one.id === id))
  }
  const oneOfResource = (call: Call): Answer => {
    const action = findByParam(toMap(ofResource(call)), { what: 'action', id: call.params.action })
    return ok({ action: call.world.actions.view(action) })
  }
  return [
    { method: 'GET', path: `/${name}/actions`, handle: (call) => list(call, actionsOf(call, type)) },
    { method: 'GET', path: `/${name}/actions/:id`, handle: one },
    { method: 'GET', path: `/${name}/:id/actions`, handle: (call) => list(call, ofResource(call)) },
    { method: 'GET', path: `/${name}/:id/actions/:action`, handle: oneOfResource },
  ]
}

const toMap = (actions: readonly Action[]): Map<number, Action> => new Map(actions.map((one) => [one.id, one]))

const actionsOf = ({ project }: Call, type: ResourceType): Action[] =>
  [...project.actions.values()].filter(({ resources }) => resources.some((resource) => resource.type === type))

function list(call: Call, items: Iterable<Action>): Answer {
  return listAnswer(call, {
    member: 'actions',
    items,
    sorts: {
      id: ({ id }) => id,
      command: ({ command }) => command,
      status: ({ status }) => status,
      started: ({ started }) => started,
      finished: ({ finished }) => finished ?? Number.MAX_SAFE_INTEGER,
    },
    filters: { id: ({ id }) => String(id), status: ({ status }) => status },
    enums: { status: ['running', 'success', 'error'] },
    view: call.world.actions.view,
  })
}
