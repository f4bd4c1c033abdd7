// What a person may see of the simulated servers from outside; power is Hetzner's business and has its routes there.
//
//   GET    /_simulator/machines        every machine: phase, address, what cloud-init did, file names, updates answered

import type { Route } from '../kit/router.ts'
import type { SimulatedMachines } from './machines.ts'

export function machineControlRoutes(machines: SimulatedMachines): Route[] {
  return [{ method: 'GET', path: '/_simulator/machines', handle: () => Response.json(machines.state()) }]
}
