// The composition root: config → clients → controller → signals. Nothing else.

import { stopSignal } from './stop-signal.ts'

// All that follows takes time to load.

import { Agent, fetch } from 'undici'
import type { Project } from './api/project.ts'
import { systemClock } from './clock.ts'
import { type Config, readConfig } from './config.ts'
import { createBackoff } from './controller/backoff.ts'
import { createController } from './controller/controller.ts'
import { keyOf, namespaceOf } from './controller/kubernetes-object.ts'
import { createOwnWrites } from './controller/own-writes.ts'
import { createReflector } from './controller/reflector.ts'
import type { Outcome } from './controller/runner.ts'
import { createStore } from './controller/store.ts'
import { createWakeUp } from './controller/wake-up.ts'
import { createWorkQueue } from './controller/work-queue.ts'
import { startHealthServer } from './health.ts'
import { loadClusterConfig } from './kube/cluster-config.ts'
import { createConfigMaps } from './kube/config-maps.ts'
import { createNamespaces } from './kube/namespaces.ts'
import { createProjects } from './kube/projects.ts'
import { createReadiness } from './kube/readiness.ts'
import { recordWrites } from './kube/record-writes.ts'
import { neededRights } from './kube/rights.ts'
import { createSecrets } from './kube/secrets.ts'
import { createTransport } from './kube/transport.ts'
import { watchRemedy } from './kube/watch-remedy.ts'
import { createLogger } from './log.ts'
import { createMetrics } from './metrics.ts'
import { createAccounts } from './providers/hcloud/create-accounts.ts'
import { createProbe } from './providers/probe/probe.ts'
import { createBots } from './providers/telegram/bot.ts'
import { accountIdentity } from './reconcilers/account-identity.ts'
import { createBotClaims } from './reconcilers/bot-claims.ts'
import { createFirstPasses } from './reconcilers/first-passes.ts'
import { createMemory } from './reconcilers/memory.ts'
import { forgetProject, projectReconciler } from './reconcilers/project.ts'
import { concernsUs } from './reconcilers/wake.ts'
import { createRedactor } from './redact.ts'
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
    memory: createMemory({ redactor }),
    claims: createBotClaims(),
    firstPasses: createFirstPasses(),
  }
}

type Ground = ReturnType<typeof createGround>

async function connectCluster({ config }: Ground, signal: AbortSignal) {
  const { kubeconfig, context, pod } = config
  const cluster = await loadClusterConfig({ clock, kubeconfig, context, inCluster: pod })
  const transport = createTransport({ cluster, clock, random })
  const clusterID = config.clusterID ?? (await createNamespaces(transport).uidOf('kube-system', signal))
  return {
    transport,
    clusterID,
    projects: createProjects(transport),
    secrets: createSecrets(transport),
    configMaps: createConfigMaps(transport),
  }
}

type Cluster = Awaited<ReturnType<typeof connectCluster>>

/** Sockets of their own for each provider: one that hangs never holds the other's. */
function connectProviders(
  { config, redactor, metrics }: Ground,
  o: { clusterID: string; onChange: (uid: string) => void },
) {
  const hcloudAgent = new Agent({ allowH2: false })
  const telegramAgent = new Agent({ allowH2: false })
  const accounts = createAccounts({
    endpoint: config.hcloudEndpoint,
    fetch: (url, init) => fetch(url, { ...init, dispatcher: hcloudAgent }),
    clock,
    random,
    identity: accountIdentity(o.clusterID),
    intervals: { ...config.intervals, drain: config.drain },
    budgetReserve: config.budgetReserve,
    redact: redactor.clean,
    onChange: o.onChange,
    metrics,
  })
  const bots = createBots({
    endpoint: config.telegramEndpoint,
    fetch: (url, init) => fetch(url, { ...init, dispatcher: telegramAgent }),
    clock,
  })
  const probe = createProbe({ allowRanges: config.allowProbeRanges, clock })
  return { accounts, bots, probe, close: () => Promise.all([hcloudAgent.destroy(), telegramAgent.destroy()]) }
}

/** The watch on Projects: what it sees fills the store and wakes the queue. */
function watchProjects(ground: Ground, o: { cluster: Cluster; onGone: (project: Project) => void }) {
  const { log, firstPasses } = ground
  const store = createStore<Project>({ indexers: { uid: ({ metadata }) => [metadata.uid] } })
  const queue = createWorkQueue({ clock, backoff: createBackoff({ random }), partitionOf: namespaceOf })
  const wakeUp = createWakeUp<Project>({ enqueue: queue.add, wakes: concernsUs })
  const cache = createReflector<Project>({
    listWatch: o.cluster.projects.listWatch,
    store,
    clock,
    random,
    onChange(change, origin) {
      if (!cache.synced) firstPasses.expect(change.key)
      if (change.before !== undefined && change.after?.metadata.uid !== change.before.metadata.uid)
        o.onGone(change.before)
      wakeUp(change, origin)
    },
    onError: (error, phase) => log.warn({ err: error, phase }, watchRemedy(error)),
  })
  const wakeOwner = (uid: string) => {
    for (const project of store.byIndex('uid', uid)) queue.add(keyOf(project))
  }
  return { store, queue, cache, wakeOwner }
}

async function run(config: Config, signal: AbortSignal): Promise<void> {
  const startedAt = clock.monotonic()
  const ground = createGround(config)
  const { log, redactor, metrics, memory, claims, firstPasses } = ground
  const cluster = await connectCluster(ground, signal)
  const projects = watchProjects(ground, {
    cluster,
    onGone: (project) => forgetProject(project, { accounts: providers.accounts, claims, memory }),
  })
  const providers = connectProviders(ground, { clusterID: cluster.clusterID, onChange: projects.wakeOwner })
  const telling = createTelling({ ...ground, transport: cluster.transport, clock, random })
  const ownWrites = createOwnWrites({ clock, seen: () => projects.cache.resourceVersion })
  const counted = metrics.controller({ name: 'project', depth: () => projects.queue.depth })

  const reconcile = projectReconciler({
    clock,
    random,
    identity: { cluster: cluster.clusterID, namespace: config.namespace },
    settings: { escrow: config.escrow, drain: config.drain, startedAt, intervals: config.intervals },
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
    caches: [projects.cache],
    sources: [{ start: (_enqueue, stopped) => providers.accounts.start(stopped) }],
    holdBack: ownWrites.holdBack,
    onReconciled({ key, outcome, durationMs, error }) {
      firstPasses.ended(key)
      counted.reconciled({ result: resultOf(outcome), durationMs })
      if (error !== undefined) log.error({ err: error, project: key }, 'A pass failed')
      else log.debug({ project: key, outcome, durationMs }, 'A pass ended')
    },
    onPanic: (error, where) => log.error({ err: error, where }, 'A part failed that must not'),
  })
  const health = await startHealthServer({
    ...config.health,
    healthz: () => [],
    readyz: createReadiness({
      cache: projects.cache,
      transport: cluster.transport,
      rights: neededRights(config),
      clock,
    }),
    metrics: metrics.page,
  })
  log.info({ health: health.port, cluster: cluster.clusterID }, 'Botyard starts')
  // Also while Projects cannot be listed: what never became ready must end as soon as it is told to.
  const stopped = untilAborted(signal).then(() => controller.stop())
  await controller.start().catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  firstPasses.listed()
  if (!signal.aborted) log.info({ projects: projects.store.size }, 'Botyard works')

  await stopped
  log.info('Botyard stops')
  providers.accounts.stop()
  await telling.stop()
  await Promise.all([health.close(), providers.close(), cluster.transport.close()])
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
  )

const resultOf = (outcome: Outcome) => (outcome === 'terminal' || outcome === 'stopped' ? 'error' : outcome)

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
