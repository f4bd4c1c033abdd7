// What can be done to a private network: subnets, routes, its range, its protection.

import { z } from 'zod'
import { type Call, created, type Endpoint } from './endpoint.ts'
import { invalidField, unprocessable } from './errors.ts'
import { parseBody } from './input.ts'
import { checkGrownRange, checkRoute, isPopulated, planSubnet } from './network-plan.ts'
import { checkUnchanging, findNetwork, routeBody, subnetBody } from './networks.ts'
import type { Attachment, HetznerProject, Network } from './state.ts'

/** What changes when the action succeeds; refused by throwing. */
interface Change {
  command: string
  apply(): void
}

export const networkActionEndpoints: readonly Endpoint[] = [
  action('add_subnet', addSubnet),
  action('delete_subnet', deleteSubnet),
  action('add_route', addRoute),
  action('delete_route', deleteRoute),
  action('change_ip_range', changeRange),
  action('change_protection', changeProtection),
]

function action(name: string, decide: (call: Call, network: Network) => Change): Endpoint {
  return {
    method: 'POST',
    path: `/networks/:id/actions/${name}`,
    handle(call) {
      const { world, project } = call
      const network = findNetwork(call)
      checkUnchanging(network)
      const { command, apply } = decide(call, network)
      const started = world.actions.start(project, {
        command,
        resources: [{ id: network.id, type: 'network' }],
        seconds: world.options.settingSeconds,
        locks: [network],
        succeed: apply,
      })
      return created({ action: world.actions.view(started) })
    },
  }
}

function addSubnet({ project, body }: Call, network: Network): Change {
  const subnet = planSubnet(network, parseBody(subnetBody, body))
  const isUsed = ({ subnets }: Network) => subnets.some((one) => one.vswitch_id === subnet.vswitch_id)
  if (subnet.vswitch_id !== null && [...project.networks.values()].some(isUsed)) {
    throw unprocessable('vswitch_id_already_used', 'the vSwitch is in use already')
  }
  return { command: 'add_subnet', apply: () => void network.subnets.push(subnet) }
}

/** Servers must have left it. */
function deleteSubnet({ project, body }: Call, network: Network): Change {
  const { ip_range: range } = parseBody(z.strictObject({ ip_range: z.string() }), body)
  const subnet = network.subnets.find((one) => one.ip_range === range)
  if (subnet === undefined) throw invalidField('ip_range', `subnet '${range}' not found`)
  if (isPopulated(subnet, attachmentsTo(project, network))) {
    throw unprocessable('service_error', 'servers are still attached to the subnet')
  }
  const apply = () => {
    network.subnets = network.subnets.filter((one) => one !== subnet)
  }
  return { command: 'delete_subnet', apply }
}

/** Those of all servers, also what is still under way. */
export const attachmentsTo = ({ servers }: HetznerProject, network: Network): Attachment[] =>
  [...servers.values()].flatMap(({ networks }) => networks.filter((one) => one.network === network.id))

function addRoute({ body }: Call, network: Network): Change {
  const route = parseBody(routeBody, body)
  checkRoute(network, route)
  return { command: 'add_route', apply: () => void network.routes.push(route) }
}

function deleteRoute({ body }: Call, network: Network): Change {
  const { destination, gateway } = parseBody(routeBody, body)
  const route = network.routes.find((one) => one.destination === destination && one.gateway === gateway)
  if (route === undefined) throw invalidField('destination', 'route not found')
  const apply = () => {
    network.routes = network.routes.filter((one) => one !== route)
  }
  return { command: 'delete_route', apply }
}

function changeRange({ body }: Call, network: Network): Change {
  const { ip_range: range } = parseBody(z.strictObject({ ip_range: z.string() }), body)
  checkGrownRange(network, range)
  const apply = () => {
    network.ipRange = range
  }
  return { command: 'change_ip_range', apply }
}

function changeProtection({ body }: Call, network: Network): Change {
  const protection = {
    ...network.protection,
    ...parseBody(z.strictObject({ delete: z.boolean().exactOptional() }), body),
  }
  const apply = () => {
    network.protection = protection
  }
  return { command: 'change_protection', apply }
}
