// One operator process without its process: everything that main.ts composes around the reconciler, apart from queue and watch.

import type { Project } from '../../src/api/project.ts'
import { seconds } from '../../src/clock.ts'
import { createConfigMaps } from '../../src/kube/config-maps.ts'
import { createProjects } from '../../src/kube/projects.ts'
import { createSecrets } from '../../src/kube/secrets.ts'
import { createLogger } from '../../src/log.ts'
import { createAccounts } from '../../src/providers/hcloud/create-accounts.ts'
import { createBots } from '../../src/providers/telegram/bot.ts'
import { accountIdentity } from '../../src/reconcilers/account-identity.ts'
import { createBotClaims } from '../../src/reconcilers/bot-claims.ts'
import type { ProjectDeps } from '../../src/reconcilers/deps.ts'
import { createMemory } from '../../src/reconcilers/memory.ts'
import { projectReconciler } from '../../src/reconcilers/project.ts'
import { createRedactor } from '../../src/redact.ts'
import { createMetrics } from '../../src/serving/metrics.ts'
import type { FakeClock } from '../support/fake-clock.ts'
import { usualIntervals } from '../support/usual-intervals.ts'
import type { FakeCluster } from './fake-cluster.ts'
import type { StageNetwork } from './stage-network.ts'

export interface StageParts {
  clock: FakeClock
  cluster: FakeCluster
  network: StageNetwork
  /** Every line that the operator logs. */
  emitted: string[]
  sweepInterval: number
  withGate: boolean
  view(): Project | undefined
  probe(): unknown
}

export const drain = usualIntervals.drain

export interface StageOperator {
  /** One pass; answers when the next one is due. A pass that fails is logged and due again soon, as the controller does. */
  pass(): Promise<number>
  metrics(): Promise<string>
  kill(): void
}

export function createOperator(parts: StageParts): StageOperator {
  const { clock, cluster, network } = parts
  const alive = new AbortController()
  const redactor = createRedactor()
  const redact = parts.withGate ? redactor.clean : (text: string) => text
  const log = createLogger({
    level: 'debug',
    destination: { write: (line: string) => parts.emitted.push(line) },
    redact,
    clock,
  })
  const metrics = createMetrics()
  const accounts = createAccounts({
    endpoint: 'http://hetzner.test/v1',
    fetch: network.hcloud as never,
    clock,
    random: () => 0.5,
    identity: accountIdentity('lab'),
    intervals: { ...usualIntervals, sweep: parts.sweepInterval },
    budgetReserve: 0.2,
    redact,
    onChange: () => {},
    metrics,
  })
  accounts.start(alive.signal)
  const reconcile = projectReconciler({
    clock,
    random: () => 0.5,
    identity: { cluster: 'lab', namespace: 'botyard-system' },
    settings: { escrow: true, drain, startedAt: clock.monotonic(), intervals: usualIntervals },
    projects: { ...createProjects(cluster.transport), get: parts.view },
    secrets: createSecrets(cluster.transport),
    configMaps: createConfigMaps(cluster.transport),
    accounts,
    bots: createBots({ endpoint: 'http://telegram.test', fetch: network.telegram as never, clock }),
    probe: (async () => parts.probe()) as unknown as ProjectDeps['probe'],
    claims: createBotClaims(),
    memory: createMemory({ redactor }),
    initialPassesEnded: () => true,
    onFault: () => {},
    // Told at once: what a stage compares is the order of things.
    tell: (_project, event) => parts.emitted.push(`${event.reason} ${redact(event.note)}`),
    redact,
  })

  return {
    async pass() {
      try {
        const result = await reconcile('shop/echo', { signal: alive.signal, attempt: 1 })
        return result?.requeueAfter ?? seconds(5)
      } catch (error) {
        log.error({ err: error }, 'A pass failed')
        return seconds(1)
      }
    },
    metrics: () => metrics.page.render(),
    kill() {
      alive.abort(new Error('killed'))
      accounts.stop()
    },
  }
}
