// Birth and end of Primary IPs, shared by their own endpoints and by servers, which bring and take implicit ones.

import { limitExceeded } from './errors.ts'
import type { Location } from './seed.ts'
import type { HetznerProject, PrimaryIP } from './state.ts'
import type { World } from './world.ts'

export interface NewPrimaryIP {
  /** Without it, the name that implicit ones get. */
  name?: string
  type: PrimaryIP['type']
  location: Location
  autoDelete: boolean
  labels?: Readonly<Record<string, string>>
}

/** Throws 403 when `count` more would exceed the quota. Released ones count for a while. */
export function checkPrimaryIPQuota(project: HetznerProject, { count, now }: { count: number; now: number }): void {
  project.releasing = project.releasing.filter((until) => until > now)
  const used = project.primaryIPs.size + project.releasing.length
  if (count > 0 && used + count > project.limits.primaryIPs) {
    throw limitExceeded('primary_ip_limit', 'Primary IP limit exceeded')
  }
}

export function allocatePrimaryIP(world: World, project: HetznerProject, wanted: NewPrimaryIP): PrimaryIP {
  const id = world.nextID('primaryIP')
  const primaryIP: PrimaryIP = {
    id,
    name: wanted.name ?? `primary_ip-${id}`,
    type: wanted.type,
    ip: wanted.type === 'ipv4' ? world.addresses.nextIPv4((ip) => isTaken(world, ip)) : world.addresses.nextIPv6(),
    location: wanted.location,
    created: world.clock.now(),
    autoDelete: wanted.autoDelete,
    assigneeID: null,
    labels: wanted.labels ?? {},
    protection: { delete: false },
    reverseNames: {},
  }
  project.primaryIPs.set(id, primaryIP)
  return primaryIP
}

export function releasePrimaryIP(world: World, project: HetznerProject, primaryIP: PrimaryIP): void {
  project.primaryIPs.delete(primaryIP.id)
  project.releasing.push(world.clock.now() + world.options.quotaReleaseSeconds * 1000)
}

const isTaken = (world: World, ip: string): boolean =>
  world.projects.some(({ primaryIPs }) => [...primaryIPs.values()].some((one) => one.ip === ip))
