// What a person may do to the simulated servers from outside; power is Hetzner's business and has its routes there.
//
//   GET    /_simulator/machines        every machine: phase, address, what cloud-init did, file names, updates answered
//   POST   /_simulator/boot-failures   {failure: "neverServes" | "cloudInitError", server?: name, times?}
//   DELETE /_simulator/boot-failures

import { done } from '../kit/control.ts'
import type { Route } from '../kit/router.ts'
import type { BootFailureRequest, SimulatedMachines } from './machines.ts'

export function machineControlRoutes(machines: SimulatedMachines): Route[] {
  return [
    { method: 'GET', path: '/_simulator/machines', handle: () => Response.json(machines.state()) },
    {
      method: 'POST',
      path: '/_simulator/boot-failures',
      handle: async ({ request }) => done(machines.failNextBoot(checked(await request.json()))),
    },
    { method: 'DELETE', path: '/_simulator/boot-failures', handle: () => done(machines.clearBootFailures()) },
  ]
}

function checked(raw: unknown): BootFailureRequest {
  const { failure, server, times = 1 } = (raw ?? {}) as Partial<BootFailureRequest>
  if (failure !== 'neverServes' && failure !== 'cloudInitError')
    throw new RangeError('failure must be neverServes or cloudInitError')
  if (!Number.isInteger(times) || times < 1) throw new RangeError('times must be 1 or more')
  return { failure, times, ...(typeof server === 'string' && { server }) }
}
