// The simulated Hetzner Cloud: one handler for its API, one set of control functions and routes for those who test with it.

import type { Clock } from '../kit/clock.ts'
import type { Handler } from '../kit/handler.ts'
import type { Machines } from '../kit/machines.ts'
import type { Route } from '../kit/router.ts'
import { allEndpoints } from './all-endpoints.ts'
import { createApi } from './api.ts'
import { type Control, createControl } from './control.ts'
import { createControlRoutes } from './control-routes.ts'
import { createGuests } from './guests.ts'
import { defaultOptions, type HcloudOptions } from './options.ts'
import { createLife } from './server-life.ts'
import { createPower } from './server-power.ts'
import { stoppableClock } from './stoppable-clock.ts'
import { createWorld } from './world.ts'

export interface HcloudSimulatorDeps {
  clock: Clock
  /** Uniform in [0, 1). */
  random(): number
  machines: Machines
  options?: Partial<HcloudOptions>
}

export interface HcloudSimulator {
  /** The API, below `/v1`. */
  fetch: Handler
  control: Control
  /** The same over HTTP, below `/_simulator/`. */
  controlRoutes: readonly Route[]
  /** Time stands still from now on: nothing is left that could keep the process alive. */
  stop(): void
}

export function createHcloudSimulator({ options, clock, ...deps }: HcloudSimulatorDeps): HcloudSimulator {
  const stoppable = stoppableClock(clock)
  const world = createWorld({ ...deps, clock: stoppable, options: { ...defaultOptions, ...options } })
  const guests = createGuests(world)
  const life = createLife({ world, guests })
  const power = createPower({ world, guests })
  const control = createControl({ world, life, guests })
  return {
    fetch: createApi(world, allEndpoints({ life, power, guests })),
    control,
    controlRoutes: createControlRoutes(control),
    stop: stoppable.stop,
  }
}
