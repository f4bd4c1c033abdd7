// What the process shows of itself, put together: health, readiness and metrics.

import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { createReadiness } from '../kube/readiness.ts'
import { createReviews } from '../kube/reviews.ts'
import { neededRights } from '../kube/rights.ts'
import type { Transport } from '../kube/transport.ts'
import { type HealthServer, startHealthServer } from './health.ts'
import type { Liveness, LivingParts } from './liveness.ts'
import type { Metrics } from './metrics.ts'
import { createMetricsGate } from './metrics-gate.ts'
import { startMetricsServer } from './metrics-server.ts'

export interface ServingDeps {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  readonly liveness: Liveness
  readonly transport: Transport
  /** The watch on Projects. */
  readonly cache: LivingParts['cache'] & { readonly synced: boolean; readonly lastError: unknown }
  readonly controller: LivingParts['controller']
}

/** Listens from now on; rejects when a port is taken. */
export async function serve(deps: ServingDeps): Promise<HealthServer> {
  const { config, clock, metrics, liveness, transport, cache, controller } = deps
  metrics.watchIdle(() => clock.monotonic() - cache.lastActivity)
  const secure = config.metrics && (await serveMetrics(deps, config.metrics))
  const health = await startHealthServer({
    ...config.health,
    healthz: () => liveness.problems({ cache, controller }),
    readyz: createReadiness({ cache, transport, rights: neededRights(config), clock }),
    metrics: secure === undefined ? metrics.page : undefined,
  })
  return { port: health.port, close: async () => void (await Promise.all([health.close(), secure?.close()])) }
}

async function serveMetrics({ clock, log, metrics, transport }: ServingDeps, where: NonNullable<Config['metrics']>) {
  const gate = createMetricsGate({
    reviews: createReviews(transport),
    clock,
    onError: (error) => log.warn({ err: error }, 'The API server did not say who may read /metrics'),
  })
  const server = await startMetricsServer({
    ...where,
    ...{ page: metrics.page, gate, clock },
    onRead: metrics.certificateRead,
    onError: (error) => log.warn({ err: error }, 'The certificate of /metrics cannot be read; the last one serves on'),
  })
  log.info({ metrics: server.port }, 'Metrics are served over HTTPS')
  return server
}
