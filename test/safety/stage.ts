// One Project, its operator and the simulated world in this process, on a hand-turned clock. Nothing happens unless a
// test runs a pass or moves time, so that a test can stop between any two things and look at the world, or change it.

import { expect, onTestFinished } from 'vitest'
import type { HcloudOptions } from '../../simulators/hcloud/options.ts'
import type { ProjectSnapshot } from '../../simulators/hcloud/snapshot.ts'
import { createWorld } from '../../simulators/world.ts'
import type { Project, ProjectStatus } from '../../src/api/project.ts'
import { minutes, seconds } from '../../src/clock.ts'
import { throwawayPublicKey } from '../../src/reconcilers/throwaway-key.ts'
import { checkedExchanges } from '../simulators/hcloud/checked-exchanges.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { botSpec, projectOf } from '../support/projects.ts'
import { createFakeCluster } from './fake-cluster.ts'
import { createStageNetwork } from './stage-network.ts'
import { createOperator, type StageOperator } from './stage-operator.ts'

export const hetznerToken = 'HetznerSecret0123456789'.padEnd(64, 'q7')
export const otherToken = 'OtherProjectsSecret98765'.padEnd(64, 'k3')
export const botToken = '4242424242:AAsecretBotTokenOfThirtyFiveChar_-9'
export const botID = 4242424242
export const projectPath = '/apis/botyard.dev/v1alpha1/namespaces/shop/projects/echo'
export const secretPath = (name: string, namespace = 'shop') => `/api/v1/namespaces/${namespace}/secrets/${name}`

export interface StageOptions {
  spec?: Record<string, unknown>
  metadata?: Partial<Project['metadata']>
  hcloud?: Partial<HcloudOptions>
  /** Between two sweeps; by default so rare that none comes between a test's steps. */
  sweepInterval?: number
  /** Without the redaction gate, so that a test sees what the layer before it lets through. */
  withoutGate?: boolean
}

export type Stage = ReturnType<typeof createStage>

const nothing: Pick<ProjectSnapshot, 'servers' | 'primaryIPs' | 'firewalls' | 'sshKeys'> = {
  servers: [],
  primaryIPs: [],
  firewalls: [],
  sshKeys: [],
}

export function createStage(options: StageOptions = {}) {
  const clock = fakeClock()
  const undescribed: string[] = []
  // The simulated servers never boot: no socket is opened. The probe below speaks for them.
  const world = createWorld({
    clock,
    bootSeconds: 1e9,
    telegram: { newBotThrottle: false },
    hcloud: options.hcloud ?? {},
    aroundHcloud: (handler) => checkedExchanges(handler, undescribed),
  })
  const cluster = createFakeCluster()
  const network = createStageNetwork({ world, clock })
  const emitted: string[] = []
  let frozen: Project | undefined

  cluster.put(projectPath, projectOf({ spec: options.spec ?? botSpec(), metadata: options.metadata ?? {} }) as never)
  putToken('hetzner', hetznerToken)
  putToken('bot', botToken)

  function putToken(name: string, token: string): void {
    const data = { token: Buffer.from(token).toString('base64') }
    cluster.put(secretPath(name), { metadata: { name, namespace: 'shop', uid: `uid-of-${name}` }, data })
  }

  const project = () => cluster.get(projectPath) as unknown as Project | undefined
  const parts = {
    ...{ clock, cluster, network, emitted },
    sweepInterval: options.sweepInterval ?? minutes(600),
    withGate: !options.withoutGate,
    view: () => frozen ?? project(),
    probe: () => stage.probe(),
  }
  const startOperator = () => createOperator(parts)
  let operator: StageOperator = startOperator()
  onTestFinished(() => {
    operator.kill()
    world.stop()
    expect(undescribed).toEqual([])
  })

  const stage = {
    ...{ clock, world, cluster, network, emitted, putToken },
    control: world.hcloud.control,
    /** What the probe finds; a test may change it. */
    probe: (): object => ({ kind: 'ok', status: 200 }),
    project,
    status: (): ProjectStatus | undefined => project()?.status,
    condition: (type: string) => project()?.status?.conditions?.find((each) => each.type === type),
    isReady: () => stage.condition('Ready')?.status === 'True',
    isGone: () => project() === undefined,
    hetzner: (token = hetznerToken) => world.hcloud.control.project(token) ?? nothing,
    webhook: (): string => world.telegram.simulator.registry.get(botID)?.webhook?.url ?? '',
    /** From now on the operator's store does not hear of changes: the watch is late. */
    freezeView() {
      frozen = project()
    },
    thawView() {
      frozen = undefined
    },
    /** Somebody else's call to Hetzner, past every fault and unseen by the record. */
    askHetzner: (method: string, path: string, body: object) =>
      world.hcloud.fetch(
        new Request(`http://hetzner.test/v1${path}`, {
          method,
          headers: { authorization: `Bearer ${hetznerToken}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      ),
    /** Somebody else who has the token sets another webhook. */
    stealWebhook(url: string) {
      const { simulator } = world.telegram
      const settings = new Map([
        ['url', url],
        ['ip_address', '192.0.2.7'],
      ])
      return simulator.changeWebhook(simulator.registry.open(botToken, 'getme'), settings)
    },
    deleteProject: () => cluster.remove(projectPath),
    /** The process dies where it is; a new one knows nothing. */
    restart() {
      operator.kill()
      operator = startOperator()
    },
    get operator() {
      return operator
    },
    pass: () => network.drive(operator.pass()),
    /** Runs passes and time until this holds. */
    async until(done: () => boolean, { within = minutes(10), pace = seconds(5), passes = 300 } = {}): Promise<void> {
      const end = clock.monotonic() + within
      for (let count = 0; !done(); count++) {
        if (count >= passes || clock.monotonic() > end) throw new Error(`Not reached: ${stage.story()}`)
        const after = await stage.pass()
        if (!done()) await clock.advance(Math.max(Math.min(after, pace), 10))
      }
    },
    untilReady: () => stage.until(stage.isReady),
    untilGone: () => stage.until(stage.isGone),
    /** Runs passes for so long, whatever happens; those that are due at once wait half a second, or a test would last for ever. */
    async during(time: number, pace = seconds(5)): Promise<void> {
      const end = clock.monotonic() + time
      while (clock.monotonic() < end) {
        const after = await stage.pass()
        await clock.advance(Math.max(Math.min(after, pace), 500))
      }
    },
    story: () => JSON.stringify({ summary: stage.status()?.summary, lastError: stage.status()?.lastError }),
  }
  return stage
}

/** Right after this create was answered, in a world whose lists show nothing of the last half minute. */
export async function stageUnlisted(line: string): Promise<Stage> {
  const server = { types: ['cx23', 'cpx22'], locations: ['nbg1', 'fsn1'], sshKeys: ['admin'] }
  const stage = createStage({ spec: botSpec({ server }) })
  await stage.askHetzner('POST', '/ssh_keys', { name: 'admin', public_key: throwawayPublicKey('admin') })
  await stage.until(() => stage.network.count('POST /firewalls') === 1)
  // The process has run for long: nothing is left to drain.
  await stage.clock.advance(minutes(1))
  stage.control.addFault({ kind: 'listLag', seconds: 30 })
  await stage.until(() => stage.network.count(line) === 1)
  return stage
}
