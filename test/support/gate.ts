// Faults for one tenant alone, where the world's own hit everybody; and what that tenant's credentials asked for, when.

import { systemClock } from '../../simulators/kit/clock.ts'
import { createFaults, type Faults } from '../../simulators/kit/faults.ts'
import type { Handler } from '../../simulators/kit/handler.ts'

export interface GatedRequest {
  /** `performance.now()` of its arrival. */
  at: number
  method: string
  path: string
  /** Of the answer; 0 when there was none. */
  status: number
}

export interface Gate {
  readonly front: (service: Handler) => Handler
  /** Faults that only requests with this key meet. */
  faults(key: string): Faults
  /** The requests with this key, oldest first. */
  requests(key: string): readonly GatedRequest[]
}

interface Lane {
  faults: Faults
  requests: GatedRequest[]
}

function createGate(o: { keyOf(request: Request): string; basePath: string }): Gate {
  const lanes = new Map<string, Lane>()
  const laneOf = (key: string): Lane => {
    const lane = lanes.get(key) ?? {
      faults: createFaults({ clock: systemClock(), basePath: o.basePath }),
      requests: [],
    }
    lanes.set(key, lane)
    return lane
  }
  return {
    faults: (key) => laneOf(key).faults,
    requests: (key) => laneOf(key).requests,
    front: (service) => async (request) => {
      const lane = laneOf(o.keyOf(request))
      const entry = { at: performance.now(), method: request.method, path: new URL(request.url).pathname, status: 0 }
      lane.requests.push(entry)
      const response = await lane.faults.wrap(service)(request)
      entry.status = response.status
      return response
    },
  }
}

/** By token. */
export const hcloudGate = (): Gate =>
  createGate({
    keyOf: (request) => (request.headers.get('authorization') ?? '').replace(/^Bearer /, ''),
    basePath: '/v1',
  })

/** By bot token. */
export const telegramGate = (): Gate =>
  createGate({
    keyOf: (request) => decodeURIComponent(/^\/bot([^/]+)\//.exec(new URL(request.url).pathname)?.[1] ?? ''),
    basePath: '',
  })
