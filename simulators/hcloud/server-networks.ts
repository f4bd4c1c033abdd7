// Servers in private networks: attach, detach, further addresses. An address is reserved as soon as it is promised.

import { z } from 'zod'
import type { Work } from './actions.ts'
import type { Call } from './endpoint.ts'
import { invalidField, unprocessable } from './errors.ts'
import { id, parseBody } from './input.ts'
import { attachmentsTo } from './network-actions.ts'
import { checkAliases, planAddress, rangesOverlap } from './network-plan.ts'
import { checkUnchanging } from './networks.ts'
import { on } from './server-power.ts'
import type { Attachment, HetznerProject, Network, Server } from './state.ts'
import type { World } from './world.ts'

const attachBody = z.strictObject({
  network: id,
  ip: z.string().optional(),
  alias_ips: z.array(z.string()).default([]),
  ip_range: z.string().optional(),
})

const aliasBody = z.strictObject({ network: id, alias_ips: z.array(z.string()) })

interface Place {
  network: Network
  server: Server
}

/** What is written into the actions of both. */
const between = ({ network, server }: Place): Pick<Work, 'resources' | 'locks'> => ({
  resources: [...on(server).resources, { id: network.id, type: 'network' }],
  locks: [server],
})

export function attachToNetwork({ world, project, body }: Call, server: Server): Work {
  const { network: networkID, ...wish } = parseBody(attachBody, body)
  const network = networkOf(project, networkID)
  checkUnchanging(network)
  if (server.networks.some((one) => one.network === network.id)) {
    throw unprocessable('server_already_attached', 'the server is already attached to the network')
  }
  checkOverlap(project, { network, server })
  return attachWork({ world, project }, { network, server }, { ...wish, aliases: wish.alias_ips })
}

export function networkOf(project: HetznerProject, networkID: number, field = 'network'): Network {
  const network = project.networks.get(networkID)
  if (network === undefined) throw invalidField(field, `network with ID '${networkID}' not found`)
  return network
}

function checkOverlap({ networks }: HetznerProject, { network, server }: Place): void {
  for (const { network: otherID } of server.networks) {
    const other = networks.get(otherID)
    if (other !== undefined && rangesOverlap(network, other)) {
      throw unprocessable('networks_overlap', 'the network overlaps with one that the server is attached to')
    }
  }
}

/** Reserves the address. Throws 422 when there is none. */
export function attachWork(
  { world, project }: { world: World; project: HetznerProject },
  place: Place,
  wish: { ip?: string | undefined; ip_range?: string | undefined; aliases?: readonly string[] } = {},
): Work {
  const { network, server } = place
  const taken = takenIn(project, network)
  const ip = planAddress(network, { ...wish, zone: server.location.network_zone }, taken)
  const aliasIPs = [...(wish.aliases ?? [])]
  checkAliases(network, aliasIPs, new Set([...taken, ip]))
  const attachment: Attachment = { network: network.id, ip, aliasIPs, macAddress: macAddress(world), attached: false }
  server.networks.push(attachment)
  return {
    ...between(place),
    command: 'attach_to_network',
    seconds: world.options.networkSeconds,
    succeed: () => {
      attachment.attached = true
    },
    fail: () => forget(server, attachment),
  }
}

const takenIn = (project: HetznerProject, network: Network): Set<string> =>
  new Set(attachmentsTo(project, network).flatMap(({ ip, aliasIPs }) => [ip, ...aliasIPs]))

const macAddress = ({ random }: World): string =>
  [
    '86',
    '00',
    '00',
    ...Array.from({ length: 3 }, () =>
      Math.floor(random() * 256)
        .toString(16)
        .padStart(2, '0'),
    ),
  ].join(':')

function forget(server: Server, attachment: Attachment): void {
  server.networks = server.networks.filter((one) => one !== attachment)
}

export function detachFromNetwork({ world, project, body }: Call, server: Server): Work {
  const { network: networkID } = parseBody(z.strictObject({ network: id }), body)
  const network = networkOf(project, networkID)
  const attachment = attachmentOf(server, network)
  const seconds = world.options.networkSeconds
  const succeed = () => forget(server, attachment)
  return { ...between({ network, server }), command: 'detach_from_network', seconds, succeed }
}

function attachmentOf(server: Server, network: Network): Attachment {
  const attachment = server.networks.find((one) => one.network === network.id)
  if (attachment === undefined) throw invalidField('network', 'the server is not attached to the network')
  return attachment
}

/** The new set replaces the old one. */
export function changeAliasIPs({ world, project, body }: Call, server: Server): Work {
  const { network: networkID, alias_ips: aliases } = parseBody(aliasBody, body)
  const network = networkOf(project, networkID)
  const attachment = attachmentOf(server, network)
  const taken = takenIn(project, network)
  for (const ip of attachment.aliasIPs) taken.delete(ip)
  checkAliases(network, aliases, taken)
  const before = attachment.aliasIPs
  const settle = (aliasIPs: string[]) => () => {
    attachment.aliasIPs = aliasIPs
  }
  settle([...new Set([...before, ...aliases])])()
  return {
    ...between({ network, server }),
    command: 'change_alias_ips',
    seconds: world.options.settingSeconds,
    succeed: settle(aliases),
    fail: settle(before),
  }
}
