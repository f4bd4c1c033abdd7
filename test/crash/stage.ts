// One plan's own world: Hetzner, Telegram and servers in this process, a namespace, an operator process behind its proxy.

import { randomInt } from 'node:crypto'
import path from 'node:path'
import { grantNamespace } from '../../scripts/control-plane/grant.ts'
import { exampleProject, exampleSecrets } from '../../scripts/lab/manifests.ts'
import { type Operator, startOperator } from '../../scripts/lab/operator.ts'
import { systemClock } from '../../simulators/kit/clock.ts'
import { serve } from '../../simulators/kit/serve.ts'
import { createWorld, type World } from '../../simulators/world.ts'
import { createRecordingProxy, type ProxyListener } from '../proxy/recording-proxy.ts'
import type { KubeObject } from '../support/control-plane.ts'
import type { Arena } from './arena.ts'
import { seedForeign } from './foreign.ts'
import { newTenant, type Tenant } from './tenant.ts'
import { telling, type WorldEvent } from './world-event.ts'

export interface Stage {
  readonly arena: Arena
  readonly world: World
  readonly tenant: Tenant
  /** The smallest Project of this tenant, not applied yet. */
  readonly manifest: KubeObject
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
  /** A new process; the first one, too, is started by hand. */
  start(): Promise<void>
  /** The Project as the API server has it. */
  project(): Promise<KubeObject | undefined>
  close(): Promise<void>
}

export interface StageOptions {
  listener: ProxyListener
  /** Hears of each request that a simulator has answered. */
  onEvent?: (event: WorldEvent) => void
}

/** Ten simulated seconds a second, and nothing takes much longer than one of them. A server serves when it runs. */
const quick = {
  bootSeconds: 0,
  hcloud: {
    createSeconds: 0.5,
    startSeconds: 0.5,
    shutdownSeconds: 0.1,
    powerOffSeconds: 0.5,
    deleteSeconds: 0.5,
    firewallSeconds: 0.5,
    firewallReleaseSeconds: 0.5,
    assignSeconds: 0.5,
  },
  telegram: { newBotThrottle: false },
}

const intervals = [
  ...['--hcloud-sweep-interval', '1h', '--hcloud-action-poll-interval', '50ms'],
  ...['--hcloud-list-lag', '500ms', '--hcloud-removal-interval', '300ms', '--hcloud-status-interval', '500ms'],
  ...['--boot-probe-interval', '100ms', '--drain', '1500ms', '--log-level', 'debug'],
  // Any port: one that was looked for may be somebody else's a moment later, with so many processes.
  ...['--health-address', '127.0.0.1:0'],
]

export async function openStage(arena: Arena, { listener, onEvent = () => {} }: StageOptions): Promise<Stage> {
  const world = createWorld({ clock: systemClock({ speed: 10 }), seed: randomInt(1, 2 ** 31), ...quick })
  const hcloud = await serve(telling(world.hcloud.fetch, onEvent))
  const telegram = await serve(telling(world.telegram.fetch, onEvent))
  const tenant = newTenant()
  const { namespace } = tenant
  const proxy = await createRecordingProxy({
    ...{ kubernetes: arena.kubernetes, hcloud: hcloud.url, telegram: telegram.url, listener, namespace },
    authority: arena.authority,
  })
  await grantNamespace(arena.api, namespace)
  for (const secret of exampleSecrets(tenant)) await arena.api.apply(secret)
  await seedForeign(world, tenant)
  const manifest = exampleProject(tenant)
  const start = () =>
    startOperator({
      program: arena.program,
      access: { pod: { url: proxy.urls.kubernetes, directory: arena.podDirectory } },
      hcloud: `${proxy.urls.hcloud}/v1`,
      telegram: proxy.urls.telegram,
      log: path.join(arena.directory, `${namespace}.log`),
      args: intervals,
    })
  let operator: Operator | undefined
  return {
    ...{ arena, world, tenant, manifest },
    kill: async () => operator?.kill(),
    async start() {
      operator = await start()
    },
    project: () => arena.api.find(manifest),
    async close() {
      await operator?.kill()
      await proxy.close()
      world.stop()
      await Promise.all([hcloud.close(), telegram.close()])
      await arena.api.delete(manifest)
      await arena.api.patch(manifest, { metadata: { finalizers: null } }).catch(() => undefined)
    },
  }
}
