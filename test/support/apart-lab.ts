// End to end on a control plane of the test's own, which it may rob of what everybody else's tests need; a proxy between the
// operator and its three worlds tells who was asked what, and when.

import { randomInt } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Api, createApi } from '../../scripts/control-plane/api.ts'
import { operatorAccount, operatorManifest } from '../../scripts/control-plane/grant.ts'
import { type Operator, startOperator } from '../../scripts/lab/operator.ts'
import { systemClock } from '../../simulators/kit/clock.ts'
import { serve } from '../../simulators/kit/serve.ts'
import { createWorld, type World } from '../../simulators/world.ts'
import { createProxyFaults, type ProxyFaults } from '../proxy/proxy-faults.ts'
import { createRecordingProxy } from '../proxy/recording-proxy.ts'
import { createSeenCalls, type SeenCall } from '../proxy/seen-calls.ts'
import { type OwnControlPlane, startOwnControlPlane } from './own-control-plane.ts'
import { quick, quickArgs } from './test-lab.ts'

export interface ApartLab {
  /** May do everything. */
  readonly api: Api
  readonly plane: OwnControlPlane
  readonly world: World
  /** The one that runs now. */
  readonly operator: Operator
  /** What the kubelet has put into its pod: token and ca.crt. */
  readonly podDirectory: string
  /** Starts one in its place, which must have ended; resolves when it runs. */
  start(o?: NodeOptions): Promise<void>
  /** Every call of the operator, oldest first. */
  readonly calls: readonly SeenCall[]
  /** What goes wrong on the way to its cluster and to Hetzner from now on, as a fault plan words it. */
  readonly strike: ProxyFaults['strike']
  /** Takes all of that back. */
  readonly calm: ProxyFaults['calm']
  log(): Promise<string>
  stop(): Promise<void>
}

export interface NodeOptions {
  /** More flags of Node. */
  nodeArgs?: readonly string[]
}

const root = path.resolve(import.meta.dirname, '../..')

/** `first`: for the first operator. */
export async function startApartLab(first: NodeOptions = {}): Promise<ApartLab> {
  const directory = await mkdtemp(path.join(tmpdir(), 'botyard-apart-'))
  const plane = await startOwnControlPlane({ manifests: [operatorManifest] })
  const api = await createApi(plane.adminKubeconfig)
  const world = createWorld({ clock: systemClock(), seed: randomInt(1, 2 ** 31), ...quick })
  const servers = { hcloud: await serve(world.hcloud.fetch), telegram: await serve(world.telegram.fetch) }
  const { options, strike, calm } = createProxyFaults({ api, directory: plane.directory, hcloud: true })
  const { calls, listener } = createSeenCalls()
  const proxy = await createRecordingProxy({
    ...{ kubernetes: { url: plane.url, ca: plane.ca }, hcloud: servers.hcloud.url, telegram: servers.telegram.url },
    ...{ ...options, listener },
  })
  const podDirectory = path.join(directory, 'pod')
  await cp(await plane.podFilesFor(operatorAccount), podDirectory, { recursive: true })
  await writeFile(path.join(podDirectory, 'ca.crt'), proxy.ca)
  const log = path.join(directory, 'operator.log')
  const start = (o: NodeOptions = {}) =>
    startOperator({
      program: path.join(root, 'src/main.ts'),
      access: { pod: { url: proxy.urls.kubernetes, directory: podDirectory } },
      ...{ hcloud: `${proxy.urls.hcloud}/v1`, telegram: proxy.urls.telegram, log, ...o },
      args: quickArgs,
    })
  let operator = await start(first)
  await operator.untilReady()
  return {
    ...{ api, plane, world, calls, podDirectory, strike, calm },
    get operator() {
      return operator
    },
    async start(o) {
      operator = await start(o)
    },
    log: () => readFile(log, 'utf8'),
    async stop() {
      await operator.kill()
      await proxy.close()
      world.stop()
      await Promise.all(Object.values(servers).map((server) => server.close()))
      await api.close()
      await plane.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
