// The beginning and the end of a server, by its own actions or by an unseen hand.

import type { Work } from './actions.ts'
import { relinkServer, unlinkServer } from './firewall-links.ts'
import type { Guests } from './guests.ts'
import { releasePrimaryIP } from './primary-ip-pool.ts'
import { on, startWork } from './server-power.ts'
import type { Action, HetznerProject, Server } from './state.ts'
import type { World } from './world.ts'

export interface Life {
  /** create_server and, when that has succeeded, start_server if wanted and whatever else was asked for. */
  create(project: HetznerProject, o: NewServer): { action: Action; next: Action[] }
  /** The name stays taken until the action ends. */
  delete(project: HetznerProject, server: Server): Action
  /** At once and without an action: running ones end with an error. */
  vanish(project: HetznerProject, server: Server): void
}

export interface NewServer {
  server: Server
  start: boolean
  more: readonly Work[]
}

export function createLife(deps: { world: World; guests: Guests }): Life {
  const { world, guests } = deps
  const { actions, options } = world

  function gone(project: HetznerProject, server: Server): void {
    guests.remove(server)
    project.servers.delete(server.id)
    unlinkServer(world, project, server)
    for (const volume of project.volumes.values()) if (volume.serverID === server.id) volume.serverID = null
    for (const primaryIP of [...project.primaryIPs.values()].filter(({ assigneeID }) => assigneeID === server.id)) {
      primaryIP.assigneeID = null
      if (primaryIP.autoDelete) releasePrimaryIP(world, project, primaryIP)
    }
  }

  return {
    create(project, { server, start, more }) {
      const action = actions.start(project, {
        ...on(server),
        command: 'create_server',
        seconds: options.createSeconds,
        succeed: () => {
          server.status = 'off'
          for (const firewall of server.firewalls) firewall.status = 'applied'
          relinkServer(world, project, server)
        },
        fail: () => {
          server.status = 'off'
        },
      })
      const starting = start ? [{ ...startWork(deps, project, server), command: 'start_server' }] : []
      const next = [...starting, ...more].map((work) => actions.start(project, { ...work, after: action }))
      return { action, next }
    },

    delete(project, server) {
      return actions.start(project, {
        ...on(server),
        command: 'delete_server',
        seconds: options.deleteSeconds,
        begin: () => {
          guests.stop(server)
          server.status = 'deleting'
        },
        succeed: () => gone(project, server),
        fail: () => {
          server.status = 'off'
        },
      })
    },

    vanish(project, server) {
      actions.abandon(project, { type: 'server', id: server.id })
      gone(project, server)
    },
  }
}
