// The simulated Hetzner Cloud: one handler for its API, one set of control functions and routes for those who test with it.

import type { Clock } from '../kit/clock.ts'
import type { Handler } from '../kit/handler.ts'
import type { Machines } from '../kit/machines.ts'
import { actionEndpoints } from './action-endpoints.ts'
import { createApi } from './api.ts'
import { createGuests } from './guests.ts'
import { defaultOptions, type HcloudOptions } from './options.ts'
import { createLife } from './server-life.ts'
import { createPower } from './server-power.ts'
import { serverEndpoints } from './servers.ts'
import { createWorld } from './world.ts'

export interface HcloudSimulatorDeps {
  clock: Clock
  /** Uniform in [0, 1). */
  random(): number
  machines: Machines
  options?: Partial<HcloudOptions>
}

export interface HcloudSimulator {
  /** Serves everything below `/v1`. */
  fetch: Handler
}

export function createHcloudSimulator({ options, ...deps }: HcloudSimulatorDeps): HcloudSimulator {
  const world = createWorld({ ...deps, options: { ...defaultOptions, ...options } })
  const guests = createGuests(world)
  const life = createLife({ world, guests })
  const power = createPower({ world, guests })
  const fetch = createApi({
    world,
    endpoints: [...actionEndpoints, ...serverEndpoints({ life, power })],
    onAnswer: () => {},
  })
  return { fetch }
}
