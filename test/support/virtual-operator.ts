// The operator as main.ts puts it together, but in virtual time, on a fake cluster and on simulators in process.

import { FINALIZER, type Project } from '../../src/api/project.ts'
import { minutes, seconds } from '../../src/clock.ts'
import { createStore } from '../../src/controller/cache/store.ts'
import { createController } from '../../src/controller/controller.ts'
import { createEventRecorder, type EventSink } from '../../src/controller/events/event-recorder.ts'
import { keyOf } from '../../src/controller/kubernetes-object.ts'
import { createOwnWrites } from '../../src/controller/own-writes.ts'
import { createBackoff } from '../../src/controller/queue/backoff.ts'
import { createWorkQueue } from '../../src/controller/queue/work-queue.ts'
import type { Reconciled } from '../../src/controller/runner.ts'
import { createWakeUp } from '../../src/controller/wake-up.ts'
import { recordWrites } from '../../src/kube/record-writes.ts'
import { createAccounts } from '../../src/providers/hcloud/create-accounts.ts'
import type { Probe } from '../../src/providers/probe/probe.ts'
import { createBots } from '../../src/providers/telegram/bot.ts'
import { accountIdentity } from '../../src/reconcilers/account-identity.ts'
import { createBotClaims } from '../../src/reconcilers/bot-claims.ts'
import type { OperatorSettings } from '../../src/reconcilers/deps.ts'
import { createFirstPasses } from '../../src/reconcilers/first-passes.ts'
import { createMemory } from '../../src/reconcilers/memory.ts'
import { forgetProject, projectReconciler } from '../../src/reconcilers/project.ts'
import { teller } from '../../src/reconcilers/project-event.ts'
import { concernsUs } from '../../src/reconcilers/wake.ts'
import { createRedactor } from '../../src/redact.ts'
import { frozen } from './frozen.ts'
import { usualDrain, usualIntervals } from './usual-intervals.ts'
import type { VirtualCluster } from './virtual-cluster.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface VirtualOperatorDeps {
  time: VirtualTime
  cluster: VirtualCluster
  random: () => number
  /** What stands for the wire. */
  hcloud: (request: Request) => Promise<Response>
  telegram: (request: Request) => Promise<Response>
  probe: Probe
  events: EventSink
  settings?: Partial<OperatorSettings>
}

export interface VirtualOperator {
  /** Passes that threw: none may, whatever the world does. */
  readonly thrown: Reconciled[]
  readonly passes: number
  stop(): Promise<void>
}

export const clusterID = 'lab'
export const operatorNamespace = 'botyard-system'
export { FINALIZER }

type Wire = { hcloud: { url: string }; telegram: { url: string } }

const endpoints: Wire = { hcloud: { url: 'https://hetzner.test/v1' }, telegram: { url: 'https://telegram.test' } }

/** Starts at once; its first passes run when time moves. */
export async function startVirtualOperator(deps: VirtualOperatorDeps): Promise<VirtualOperator> {
  const { cluster, random } = deps
  const { clock, moves } = deps.time
  const redactor = createRedactor()
  const memory = createMemory({ redactor })
  const claims = createBotClaims()
  const firstPasses = createFirstPasses()
  const store = createStore<Project>({ indexers: { uid: ({ metadata }) => [metadata.uid] } })
  const queue = createWorkQueue({ clock, backoff: createBackoff({ random }) })
  const thrown: Reconciled[] = []
  let passes = 0
  let seen = '0'

  const accounts = createAccounts({
    endpoint: endpoints.hcloud.url,
    fetch: moves(async (url, init) => deps.hcloud(new Request(url, init))),
    clock,
    random,
    identity: accountIdentity(clusterID),
    intervals: usualIntervals,
    budgetReserve: 0.2,
    redact: redactor.clean,
    onChange(uid) {
      for (const project of store.byIndex('uid', uid)) queue.add(keyOf(project))
    },
  })
  const bots = createBots({
    endpoint: endpoints.telegram.url,
    fetch: moves(async (url, init) => deps.telegram(new Request(url, init))),
    clock,
  })
  const ownWrites = createOwnWrites({ clock, seen: () => seen })
  const recorder = createEventRecorder({ sink: deps.events, clock, random, redact: redactor.clean })
  const reconcile = projectReconciler({
    clock,
    random,
    identity: { cluster: clusterID, namespace: operatorNamespace },
    settings: {
      ...{ escrow: true, drain: usualDrain, startedAt: clock.monotonic(), intervals: usualIntervals },
      ...deps.settings,
    },
    projects: {
      get: store.get,
      ...recordWrites(cluster.projects, (project) => ownWrites.wrote(keyOf(project), project.metadata.resourceVersion)),
    },
    secrets: cluster.secrets,
    configMaps: cluster.configMaps,
    accounts,
    bots,
    probe: moves(deps.probe),
    claims,
    memory,
    initialPassesEnded: firstPasses.allEnded,
    onFault: () => {},
    tell: teller(recorder.record),
    redact: redactor.clean,
  })
  const wakeUp = createWakeUp<Project>({ enqueue: queue.add, wakes: concernsUs })

  function observe(changes: ReturnType<typeof store.set>): void {
    for (const change of changes) {
      const isGone = change.before !== undefined && change.after?.metadata.uid !== change.before.metadata.uid
      if (isGone && change.before !== undefined) forgetProject(change.before, { accounts, claims, memory })
      wakeUp(change)
    }
  }

  const stopWatching = cluster.watch((before, after) => {
    seen = String(Math.max(Number(seen), Number((after ?? before)?.metadata.resourceVersion)))
    if (after !== undefined) observe(store.set(frozen(structuredClone(after))))
    else if (before !== undefined) observe(store.delete(before))
  })
  for (const project of cluster.list()) {
    firstPasses.expect(keyOf(project))
    seen = String(Math.max(Number(seen), Number(project.metadata.resourceVersion)))
    observe(store.set(frozen(structuredClone(project))))
  }
  const controller = createController({
    queue,
    reconcile: moves(reconcile),
    workers: 8,
    reconcileTimeout: minutes(2),
    clock,
    sources: [{ start: (_enqueue, stopped) => accounts.start(stopped) }],
    holdBack: ownWrites.holdBack,
    onReconciled(reconciled) {
      passes += 1
      firstPasses.ended(reconciled.key)
      if (reconciled.error !== undefined && reconciled.outcome !== 'stopped') thrown.push(reconciled)
    },
  })
  await controller.start()
  firstPasses.listed()

  return {
    thrown,
    get passes() {
      return passes
    },
    async stop() {
      stopWatching()
      const stopping = controller.stop()
      await clock.advance(seconds(25))
      await stopping
      accounts.stop()
    },
  }
}
