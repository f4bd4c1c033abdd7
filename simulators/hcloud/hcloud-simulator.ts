// The simulated Hetzner Cloud: one handler for its API, one set of control functions and routes for those who test with it.

import type { Clock } from '../kit/clock.ts'
import type { Machines } from '../kit/machines.ts'
import type { Route } from '../kit/router.ts'
import { actionEndpoints } from './action-endpoints.ts'
import { type Api, createApi } from './api.ts'
import { catalogEndpoints } from './catalog.ts'
import { type Control, createControl } from './control.ts'
import { createControlRoutes } from './control-routes.ts'
import { firewallEndpoints } from './firewalls.ts'
import { createGuests } from './guests.ts'
import { defaultOptions, type HcloudOptions } from './options.ts'
import { primaryIPEndpoints } from './primary-ips.ts'
import { createLife } from './server-life.ts'
import { createPower } from './server-power.ts'
import { serverEndpoints } from './servers.ts'
import { sshKeyEndpoints } from './ssh-keys.ts'
import { createWorld } from './world.ts'

export interface HcloudSimulatorDeps {
  clock: Clock
  /** Uniform in [0, 1). */
  random(): number
  machines: Machines
  options?: Partial<HcloudOptions>
}

export interface HcloudSimulator extends Api {
  control: Control
  /** The same over HTTP, below `/_simulator/`. */
  controlRoutes: readonly Route[]
}

export function createHcloudSimulator({ options, ...deps }: HcloudSimulatorDeps): HcloudSimulator {
  const world = createWorld({ ...deps, options: { ...defaultOptions, ...options } })
  const guests = createGuests(world)
  const life = createLife({ world, guests })
  const power = createPower({ world, guests })
  const control = createControl({ world, life, guests })
  const endpoints = [
    ...actionEndpoints,
    ...serverEndpoints({ life, power }),
    ...primaryIPEndpoints,
    ...firewallEndpoints,
    ...sshKeyEndpoints,
    ...catalogEndpoints,
  ]
  return {
    ...createApi(world, endpoints),
    control,
    controlRoutes: createControlRoutes(control),
  }
}
