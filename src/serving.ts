// What the process shows of itself, put together: health, readiness and metrics.

import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { type HealthServer, startHealthServer } from './health.ts'
import { createReadiness } from './kube/readiness.ts'
import { neededRights } from './kube/rights.ts'
import type { Transport } from './kube/transport.ts'
import type { Liveness, LivingParts } from './liveness.ts'
import type { Metrics } from './metrics.ts'

export interface ServingDeps {
  readonly config: Config
  readonly clock: Clock
  readonly metrics: Metrics
  readonly liveness: Liveness
  readonly transport: Transport
  /** The watch on Projects. */
  readonly cache: LivingParts['cache'] & { readonly synced: boolean; readonly lastError: unknown }
  readonly controller: LivingParts['controller']
}

/** Listens from now on; rejects when a port is taken. */
export function serve(deps: ServingDeps): Promise<HealthServer> {
  const { config, clock, metrics, liveness, transport, cache, controller } = deps
  return startHealthServer({
    ...config.health,
    healthz: () => liveness.problems({ cache, controller }),
    readyz: createReadiness({ cache, transport, rights: neededRights(config), clock }),
    metrics: metrics.page,
  })
}
