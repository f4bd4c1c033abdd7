// What runs inside servers: hands machines their power and takes it, at once or as a guest that shuts itself down.

import { effectiveRules } from './firewall-links.ts'
import type { HetznerProject, Server } from './state.ts'
import type { World } from './world.ts'

export interface Guests {
  start(project: HetznerProject, server: Server): void
  /** The plug is pulled. */
  stop(server: Server): void
  /** The ACPI signal arrived: the guest stops its services and is off some seconds later. */
  goDown(project: HetznerProject, server: Server): void
  /** The disk is gone too. */
  remove(server: Server): void
}

export function createGuests({ clock, machines, options, changed }: World): Guests {
  const goingDown = new Map<number, () => void>()

  function stop(server: Server): void {
    goingDown.get(server.id)?.()
    goingDown.delete(server.id)
    machines.stop(server.id)
  }

  return {
    start(project, server) {
      server.status = 'running'
      const address = server.ipv4 === null ? undefined : project.primaryIPs.get(server.ipv4)
      if (address === undefined) return
      machines.start({
        id: server.id,
        name: server.name,
        ipv4: address.ip,
        userData: server.userData,
        rules: () => effectiveRules(project, server.id),
      })
    },
    stop,
    goDown(project, server) {
      server.status = 'stopping'
      machines.stop(server.id)
      const off = () => {
        goingDown.delete(server.id)
        server.status = 'off'
        changed(project)
      }
      goingDown.set(server.id, clock.schedule(options.shutdownSeconds * 1000, off))
    },
    remove(server) {
      stop(server)
      machines.remove(server.id)
    },
  }
}
