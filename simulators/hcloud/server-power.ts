// Power actions and what they do to a server's status. An action that finds nothing to do still is one.

import type { Work } from './actions.ts'
import type { Guests } from './guests.ts'
import type { Action, HetznerProject, Server } from './state.ts'
import type { World } from './world.ts'

export interface Power {
  powerOn(project: HetznerProject, server: Server): Action
  powerOff(project: HetznerProject, server: Server): Action
  /** Ends when the signal is sent; the guest goes off later, if it listens. */
  shutdown(project: HetznerProject, server: Server): Action
  reboot(project: HetznerProject, server: Server): Action
  reset(project: HetznerProject, server: Server): Action
}

const signalSeconds = 1

/** Every action on a server names it and locks it. */
export const on = (server: Server): Pick<Work, 'resources' | 'locks'> => ({
  resources: [{ id: server.id, type: 'server' }],
  locks: [server],
})

/** The work of bringing a server up, whatever the command; it stays off when that fails. */
export function startWork({ world, guests }: Deps, project: HetznerProject, server: Server): Omit<Work, 'command'> {
  return {
    ...on(server),
    seconds: world.options.startSeconds,
    begin: () => {
      guests.stop(server)
      server.status = 'starting'
    },
    succeed: () => guests.start(project, server),
    fail: () => {
      server.status = 'off'
    },
  }
}

interface Deps {
  world: World
  guests: Guests
}

export function createPower(deps: Deps): Power {
  const { world, guests } = deps
  const { actions, options, faults } = world

  const idle = (project: HetznerProject, server: Server, command: string): Action =>
    actions.start(project, { ...on(server), command, seconds: signalSeconds, succeed: () => {} })

  const start = (project: HetznerProject, server: Server, command: string): Action =>
    actions.start(project, { ...startWork(deps, project, server), command })

  const restart = (command: string) => (project: HetznerProject, server: Server) =>
    server.status === 'running' ? start(project, server, command) : idle(project, server, command)

  return {
    powerOn: (project, server) =>
      server.status === 'off' ? start(project, server, 'start_server') : idle(project, server, 'start_server'),

    powerOff(project, server) {
      if (server.status === 'off') return idle(project, server, 'stop_server')
      return actions.start(project, {
        ...on(server),
        command: 'stop_server',
        seconds: options.powerOffSeconds,
        begin: () => {
          guests.stop(server)
          server.status = 'stopping'
        },
        succeed: () => {
          server.status = 'off'
        },
        fail: () => guests.start(project, server),
      })
    },

    shutdown: (project, server) =>
      actions.start(project, {
        ...on(server),
        command: 'shutdown_server',
        seconds: signalSeconds,
        succeed: () => {
          if (server.status === 'running' && !faults.guestsIgnoreShutdown) guests.goDown(project, server)
        },
      }),

    reboot: restart('reboot_server'),
    reset: restart('reset_server'),
  }
}
