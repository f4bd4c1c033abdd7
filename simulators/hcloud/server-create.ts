// POST /servers: the server is there at once, with everything that was asked for reserved; the rest is left to actions.

import { type Answer, type Call, created } from './endpoint.ts'
import { parseBody } from './input.ts'
import { allocatePrimaryIP } from './primary-ip-pool.ts'
import { rootPassword } from './root-password.ts'
import { type CreateServerBody, createServerBody } from './server-create-input.ts'
import type { Life } from './server-life.ts'
import { attachWork as attachNetworkWork } from './server-networks.ts'
import { type Plan, planServer } from './server-plan.ts'
import { serverView } from './server-view.ts'
import type { Server } from './state.ts'
import { attachWork as attachVolumeWork } from './volume-work.ts'

export function createServer(call: Call, life: Life): Answer {
  const { world, project } = call
  const body = parseBody(createServerBody, call.body)
  const plan = planServer(call, body)
  const server = newServer(call, { body, plan })
  // Addresses in private networks may still be refused; before that, nothing may be left behind.
  const attachments = plan.networks.map((network) => attachNetworkWork({ world, project }, { network, server }))
  project.servers.set(server.id, server)
  for (const { firewall } of body.firewalls) project.firewalls.get(firewall)?.servers.push(server.id)
  attachAddresses(call, { server, plan })
  const more = [...attachments, ...plan.volumes.map((volume) => attachVolumeWork(world, { volume, server }))]
  const { action, next } = life.create(project, { server, start: body.start_after_create, more })
  return created({
    server: serverView(server, { listed: project, world }),
    action: world.actions.view(action),
    next_actions: next.map(world.actions.view),
    root_password: server.hasSSHKeys ? null : rootPassword(world.random),
  })
}

const newServer = ({ world }: Call, { body, plan }: { body: CreateServerBody; plan: Plan }): Server => ({
  id: world.nextID('server'),
  name: body.name,
  status: 'initializing',
  created: world.clock.now(),
  type: plan.type,
  location: plan.location,
  image: plan.image,
  labels: body.labels,
  protection: { delete: false, rebuild: false },
  ipv4: null,
  ipv6: null,
  firewalls: body.firewalls.map(({ firewall }) => ({ id: firewall, status: 'pending' })),
  networks: [],
  placementGroup: body.placement_group ?? null,
  backupWindow: null,
  diskGB: plan.type.disk,
  hasSSHKeys: body.ssh_keys.length > 0,
  userData: body.user_data,
  runningActions: 0,
})

function attachAddresses({ world, project }: Call, { server, plan }: { server: Server; plan: Plan }): void {
  for (const type of ['ipv4', 'ipv6'] as const) {
    const planned = plan[type]
    if (planned === null) continue
    const fresh = { type, location: plan.location, autoDelete: true }
    const primaryIP = planned === 'new' ? allocatePrimaryIP(world, project, fresh) : planned
    primaryIP.assigneeID = server.id
    server[type] = primaryIP.id
  }
}
