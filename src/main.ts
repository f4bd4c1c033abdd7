// The composition root: config → clients → controller → signals. Nothing else.

import { stopSignal } from './stop-signal.ts'

// All that follows takes time to load.

import type { Project } from './api/project.ts'
import { tallyConditions } from './api/tally-conditions.ts'
import { nextTurn, systemClock } from './clock.ts'
import { type Config, readConfig } from './config.ts'
import { connectProviders } from './connect-providers.ts'
import { createReflector } from './controller/cache/reflector.ts'
import { createStore } from './controller/cache/store.ts'
import { createController } from './controller/controller.ts'
import { keyOf, namespaceOf } from './controller/kubernetes-object.ts'
import { createOwnWrites } from './controller/own-writes.ts'
import { createBackoff } from './controller/queue/backoff.ts'
import type { Lane } from './controller/queue/lanes.ts'
import { createWorkQueue } from './controller/queue/work-queue.ts'
import { createWakeUp } from './controller/wake-up.ts'
import { loadClusterConfig } from './kube/cluster-config.ts'
import { createConfigMaps } from './kube/config-maps.ts'
import { createLeases } from './kube/leases.ts'
import { createNamespaces } from './kube/namespaces.ts'
import { createProjects } from './kube/projects.ts'
import { recordWrites } from './kube/record-writes.ts'
import { leaseName } from './kube/rights.ts'
import { createSecrets } from './kube/secrets.ts'
import { createTransport, type Transport } from './kube/transport.ts'
import { watchRemedy, wentBackRemedy } from './kube/watch-remedy.ts'
import { createLeadership } from './leadership/leadership.ts'
import { live } from './leadership/life-cycle.ts'
import { createLogger } from './log.ts'
import { createBotClaims } from './reconcilers/bot-claims.ts'
import { createFirstPasses } from './reconcilers/first-passes.ts'
import { createMemory } from './reconcilers/memory.ts'
import { forgetProject, projectReconciler } from './reconcilers/project.ts'
import { concernsUs } from './reconcilers/wake.ts'
import { createRedactor } from './redact.ts'
import { createLiveness } from './serving/liveness.ts'
import { createMetrics } from './serving/metrics.ts'
import { serve } from './serving/serving.ts'
import { createTelling } from './telling.ts'

const clock = systemClock
const random = Math.random

/** What every part is given: configuration, log, redaction, metrics. */
function createGround(config: Config) {
  const redactor = createRedactor()
  const log = createLogger({ level: config.logLevel, destination: process.stdout, redact: redactor.clean, clock })
  return {
    config,
    redactor,
    log,
    metrics: createMetrics(),
    liveness: createLiveness({ clock }),
    memory: createMemory({ redactor }),
    claims: createBotClaims(),
    firstPasses: createFirstPasses(),
  }
}

type Ground = ReturnType<typeof createGround>

async function connectCluster({ config, log, metrics }: Ground, signal: AbortSignal) {
  const { kubeconfig, context, pod } = config
  const cluster = await loadClusterConfig({ clock, kubeconfig, context, inCluster: pod })
  const leases = () => createLeases(transport, { namespace: config.namespace, name: leaseName })
  const election = () => metrics.election(leaseName)
  const leadership = createLeadership({ times: config.leaderElection, store: leases, clock, random, log, election })
  const transport: Transport = createTransport({
    cluster,
    clock,
    random,
    fence: leadership.fence,
    ...{ onCall: metrics.restCall, onRetry: metrics.restRetry, onEnded: metrics.restEnded },
  })
  const clusterID = config.clusterID ?? (await createNamespaces(transport).uidOf('kube-system', signal))
  return {
    transport,
    leadership,
    clusterID,
    projects: createProjects(transport),
    secrets: createSecrets(transport),
    configMaps: createConfigMaps(transport),
  }
}

type Cluster = Awaited<ReturnType<typeof connectCluster>>

/** The watch on Projects: what it sees fills the store and wakes the queue. */
function watchProjects(ground: Ground, o: { cluster: Cluster; onGone: (project: Project) => void }) {
  const { log, firstPasses, liveness, metrics } = ground
  const { leadership } = o.cluster
  const store = createStore<Project>({ indexers: { uid: ({ metadata }) => [metadata.uid] } })
  metrics.projects(() => tallyConditions(store.list()))
  const depths = () => ({ '0': queue.depthOf('live'), '-100': queue.depthOf('low') })
  const observer = metrics.queue({ name: 'project', clock, depths })
  const queue = createWorkQueue({ clock, backoff: createBackoff({ random }), partitionOf: namespaceOf, observer })
  // A standby keeps its store warm and its queue empty: it looks at every Project when it begins to lead.
  const enqueue = (key: string, lane?: Lane) => leadership.leads && queue.add(key, lane)
  const wakeUp = createWakeUp<Project>({ enqueue, wakes: concernsUs })
  const cache = createReflector<Project>({
    listWatch: o.cluster.projects.listWatch,
    ...{ store, clock, random, nextTurn },
    onChange(change, origin) {
      // A standby expects none yet: what it lists now may be gone when it begins to lead.
      if (!cache.synced && leadership.leads) firstPasses.expect(change.key)
      if (change.before !== undefined && change.after?.metadata.uid !== change.before.metadata.uid)
        o.onGone(change.before)
      wakeUp(change, origin)
    },
    onError(error, phase) {
      liveness.watchFailed()
      metrics.watchBroke(phase)
      log.warn({ err: error, phase }, watchRemedy(error))
    },
    onWentBack: (versions) => log.error(versions, wentBackRemedy),
  })
  const wakeOwner = (uid: string) => {
    for (const project of store.byIndex('uid', uid)) queue.add(keyOf(project))
  }
  /** Resolves when this process may work; what has come meanwhile is looked at first. */
  async function lead(signal: AbortSignal): Promise<void> {
    if (leadership.leads) return
    await leadership.lead(signal)
    for (const project of store.list()) {
      firstPasses.expect(keyOf(project))
      queue.add(keyOf(project), 'low')
    }
  }
  return { store, queue, cache, wakeOwner, lead }
}

/** Everything that works on Projects, ready to start. */
function composeWork(ground: Ground, cluster: Cluster) {
  const { config, log, redactor, metrics, memory, claims, firstPasses } = ground
  const projects = watchProjects(ground, {
    cluster,
    onGone: (project) => forgetProject(project, { accounts: providers.accounts, claims, memory }),
  })
  const providers = connectProviders({
    ...{ config, clock, random, metrics, fence: cluster.leadership.fence, clusterID: cluster.clusterID },
    redact: redactor.clean,
    onChange: projects.wakeOwner,
  })
  const telling = createTelling({ ...ground, transport: cluster.transport, clock, random })
  const ownWrites = createOwnWrites({ clock, seen: () => projects.cache.resourceVersion })
  const counted = metrics.controller({ name: 'project', workers: config.workers, active: () => controller.active })

  const reconcile = projectReconciler({
    clock,
    random,
    identity: { cluster: cluster.clusterID, namespace: config.namespace },
    settings: {
      ...{ escrow: config.escrow, drain: config.drain, intervals: config.intervals },
      get startedAt() {
        return cluster.leadership.soleSince
      },
    },
    projects: {
      get: projects.store.get,
      ...recordWrites(cluster.projects, (project) => ownWrites.wrote(keyOf(project), project.metadata.resourceVersion)),
    },
    secrets: cluster.secrets,
    configMaps: cluster.configMaps,
    ...providers,
    claims,
    memory,
    initialPassesEnded: firstPasses.allEnded,
    onFault: (error, project) => log.warn({ err: error, project: keyOf(project) }, 'A pass could not go on'),
    tell: telling.tell,
    redact: redactor.clean,
  })
  const controller = createController({
    queue: projects.queue,
    reconcile,
    workers: config.workers,
    reconcileTimeout: config.reconcileTimeout,
    clock,
    nextTurn,
    caches: [projects.cache],
    permission: projects.lead,
    sources: [{ start: (_enqueue, stopped) => providers.accounts.start(stopped) }],
    holdBack: ownWrites.holdBack,
    onReconciled(reconciled) {
      const { key, outcome, durationMs, error } = reconciled
      firstPasses.ended(key)
      counted.reconciled(reconciled)
      if (error !== undefined) log.error({ err: error, project: key }, 'A pass failed')
      else log.debug({ project: key, outcome, durationMs }, 'A pass ended')
    },
    onPanic(error, where) {
      counted.panicked()
      log.error({ err: error, where }, 'A part failed that must not')
    },
  })
  return { projects, providers, telling, controller }
}

async function run(config: Config, signal: AbortSignal): Promise<void> {
  const ground = createGround(config)
  const { log, firstPasses } = ground
  const cluster = await connectCluster(ground, signal)
  const { projects, providers, telling, controller } = composeWork(ground, cluster)
  const health = await serve({ ...ground, transport: cluster.transport, cache: projects.cache, controller, clock })
  log.info({ health: health.port, cluster: cluster.clusterID }, 'Botyard starts')
  await live(
    {
      ...{ controller, leadership: cluster.leadership, clock },
      onWorking() {
        firstPasses.listed()
        log.info({ projects: projects.store.size }, 'Botyard works')
      },
      async close() {
        log.info('Botyard stops')
        providers.accounts.stop()
        await telling.stop()
        await Promise.all([health.close(), providers.close()])
      },
    },
    signal,
  )
  await cluster.transport.close()
}

const result = readConfig(process.argv.slice(2))
if (result.kind === 'help') process.stdout.write(`${result.text}\n`)
if (result.kind === 'mistakes') {
  for (const line of result.lines) process.stderr.write(`botyard: ${line}\n`)
  process.exitCode = 2
}
if (result.kind === 'config') {
  try {
    await run(result.config, stopSignal)
    process.exit(0)
  } catch (error) {
    process.stderr.write(`botyard: ${describe(error)}\n`)
    process.exit(1)
  }
}

/** One line with its causes; nothing here has seen a provider's token. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`
}
