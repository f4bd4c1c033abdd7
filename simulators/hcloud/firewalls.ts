// The endpoints of firewalls.

import { type Answer, type Call, created, type Endpoint, noContent, ok } from './endpoint.ts'
import { ApiFailure, nameTaken, unprocessable } from './errors.ts'
import {
  applyBody,
  createFirewallBody,
  removeBody,
  setRulesBody,
  type Target,
  updateFirewallBody,
} from './firewall-input.ts'
import { firewallsPerServer, isInUse, isSelected, relinkFirewall } from './firewall-links.ts'
import { findByParam, isNameUsed, parseBody } from './input.ts'
import { parseSelector } from './labels.ts'
import { listAnswer } from './paging.ts'
import type { Action, Firewall, Listed } from './state.ts'
import { timestamp } from './timestamp.ts'

export const firewallEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/firewalls', handle: listFirewalls },
  { method: 'POST', path: '/firewalls', handle: createFirewall },
  { method: 'GET', path: '/firewalls/:id', handle: (call) => answer(call, find(call)) },
  { method: 'PUT', path: '/firewalls/:id', handle: updateFirewall },
  { method: 'DELETE', path: '/firewalls/:id', handle: deleteFirewall },
  { method: 'POST', path: '/firewalls/:id/actions/apply_to_resources', handle: applyToResources },
  { method: 'POST', path: '/firewalls/:id/actions/remove_from_resources', handle: removeFromResources },
  { method: 'POST', path: '/firewalls/:id/actions/set_rules', handle: setRules },
]

function view(firewall: Firewall, { servers }: Listed): object {
  const serverTarget = (id: number) => ({ type: 'server', server: { id } })
  const selected = (selector: string) => {
    const matches = parseSelector(selector) ?? (() => false)
    return [...servers.values()].filter(({ labels }) => matches(labels)).map(({ id }) => serverTarget(id))
  }
  return {
    id: firewall.id,
    name: firewall.name,
    labels: firewall.labels,
    created: timestamp(firewall.created),
    rules: firewall.rules,
    applied_to: [
      ...firewall.servers.map(serverTarget),
      ...firewall.selectors.map((selector) => ({
        type: 'label_selector',
        label_selector: { selector },
        applied_to_resources: selected(selector),
      })),
    ],
  }
}

const find = ({ project, params }: Call): Firewall =>
  findByParam(project.firewalls, { what: 'firewall', id: params.id })

const answer = ({ project }: Call, firewall: Firewall): Answer => ok({ firewall: view(firewall, project) })

const started = ({ world }: Call, actions: readonly Action[]): object[] => actions.map(world.actions.view)

function listFirewalls(call: Call): Answer {
  const listed = call.world.listed(call.project)
  return listAnswer(call, {
    member: 'firewalls',
    items: listed.firewalls.values(),
    sorts: { id: ({ id }) => id, name: ({ name }) => name, created: (firewall) => firewall.created },
    filters: { name: ({ name }) => name },
    labels: ({ labels }) => labels,
    view: (firewall) => view(firewall, listed),
  })
}

function createFirewall(call: Call): Answer {
  const { world, project } = call
  const { name, labels, rules, apply_to: targets } = parseBody(createFirewallBody, call.body)
  if (isNameUsed(project.firewalls, { name })) throw nameTaken('name is already used')
  checkTargets(call, { targets, missing: 422 })
  if (new Set(targets.map(keyOf)).size < targets.length) {
    throw unprocessable('server_already_added', 'a resource was given more than once')
  }
  const firewall: Firewall = {
    id: world.nextID('firewall'),
    name,
    labels,
    rules,
    created: world.clock.now(),
    servers: [],
    selectors: [],
    heldUntil: 0,
  }
  project.firewalls.set(firewall.id, firewall)
  for (const target of targets) add(firewall, target)
  const actions = relinkFirewall(world, project, firewall)
  return created({ firewall: view(firewall, project), actions: started(call, actions) })
}

const keyOf = (target: Target): string | number =>
  target.type === 'server' ? target.server.id : target.label_selector.selector

function add(firewall: Firewall, target: Target): void {
  if (target.type === 'server') firewall.servers.push(target.server.id)
  else firewall.selectors.push(target.label_selector.selector)
}

const has = (firewall: Firewall, target: Target): boolean =>
  target.type === 'server'
    ? firewall.servers.includes(target.server.id)
    : firewall.selectors.includes(target.label_selector.selector)

function checkTargets({ project }: Call, o: { targets: readonly Target[]; missing: 404 | 422 }): void {
  for (const target of o.targets) {
    if (target.type !== 'server') continue
    const server = project.servers.get(target.server.id)
    if (server === undefined) {
      const message = `server with ID '${target.server.id}' not found`
      throw new ApiFailure({ status: o.missing, code: 'firewall_resource_not_found', message })
    }
    if (server.ipv4 === null && server.ipv6 === null) {
      throw unprocessable('private_net_only_server', 'the server has no public interface')
    }
    if (server.firewalls.length >= firewallsPerServer) {
      const message = `a server can have at most ${firewallsPerServer} firewalls`
      throw new ApiFailure({ status: 403, code: 'resource_limit_exceeded', message, details: { limits: [] } })
    }
  }
}

function updateFirewall(call: Call): Answer {
  const firewall = find(call)
  const { name = firewall.name, labels = firewall.labels } = parseBody(updateFirewallBody, call.body)
  if (isNameUsed(call.project.firewalls, { name, except: firewall })) throw nameTaken('name is already used')
  firewall.name = name
  firewall.labels = labels
  return answer(call, firewall)
}

function deleteFirewall(call: Call): Answer {
  const firewall = find(call)
  if (isInUse(firewall, call.project, call.world.clock.now())) {
    throw unprocessable('resource_in_use', `firewall with ID '${firewall.id}' is still in use`)
  }
  call.project.firewalls.delete(firewall.id)
  return noContent
}

function applyToResources(call: Call): Answer {
  const firewall = find(call)
  const { apply_to: targets } = parseBody(applyBody, call.body)
  checkTargets(call, { targets, missing: 404 })
  if (targets.some((target) => has(firewall, target))) {
    throw unprocessable('firewall_already_applied', 'the firewall is already applied to the resource')
  }
  for (const target of targets) add(firewall, target)
  return created({ actions: started(call, relinkFirewall(call.world, call.project, firewall)) })
}

/** What is not applied is passed over. */
function removeFromResources(call: Call): Answer {
  const { world, project } = call
  const firewall = find(call)
  const { remove_from: targets } = parseBody(removeBody, call.body)
  for (const target of targets) checkRemovable(call, { firewall, target })
  const keys = targets.map(keyOf)
  firewall.servers = firewall.servers.filter((id) => !keys.includes(id))
  firewall.selectors = firewall.selectors.filter((selector) => !keys.includes(selector))
  return created({ actions: started(call, relinkFirewall(world, project, firewall)) })
}

function checkRemovable({ project }: Call, { firewall, target }: { firewall: Firewall; target: Target }): void {
  if (target.type !== 'server') return
  const server = project.servers.get(target.server.id)
  if (server === undefined) {
    const message = `server with ID '${target.server.id}' not found`
    throw new ApiFailure({ status: 404, code: 'firewall_resource_not_found', message })
  }
  if (!has(firewall, target) && isSelected(firewall, server)) {
    throw unprocessable('firewall_managed_by_label_selector', 'the firewall is applied by a label selector')
  }
}

function setRules(call: Call): Answer {
  const { world, project } = call
  const firewall = find(call)
  firewall.rules = parseBody(setRulesBody, call.body).rules
  const action = world.actions.start(project, {
    command: 'set_firewall_rules',
    resources: [{ id: firewall.id, type: 'firewall' }],
    seconds: world.options.firewallSeconds,
    locks: [],
    succeed: () => {},
  })
  return created({ actions: started(call, [action]) })
}
