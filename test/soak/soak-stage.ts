// A whole operator between three worlds that can go wrong, with an inspector at its side.

import { randomInt } from 'node:crypto'
import { readdir, readlink } from 'node:fs/promises'
import path from 'node:path'
import { freePort } from '../../scripts/control-plane/free-port.ts'
import { type Operator, startOperator } from '../../scripts/lab/operator.ts'
import { systemClock } from '../../simulators/kit/clock.ts'
import type { FaultDesk } from '../../simulators/kit/fault-desk.ts'
import { parseFaultPlan } from '../../simulators/kit/fault-plan.ts'
import { serve } from '../../simulators/kit/serve.ts'
import { createWorld, type World } from '../../simulators/world.ts'
import { openArena } from '../crash/arena.ts'
import { createProxyFaults } from '../proxy/proxy-faults.ts'
import { createRecordingProxy } from '../proxy/recording-proxy.ts'
import { type Api, controlPlane } from '../support/control-plane.ts'
import { clearProjects } from '../support/test-lab.ts'
import { type Inside, openInspector } from './inspector.ts'
import type { Misfortune } from './misfortunes.ts'

export interface Sample extends Inside {
  sockets: number
  /** MB, resident. */
  memory: number
}

export interface SoakStage {
  readonly api: Api
  readonly world: World
  readonly operator: Operator
  strike(misfortune: Misfortune): void
  /** Takes every fault back. */
  calm(): void
  look(): Promise<Sample>
  close(): Promise<void>
}

const quick = {
  bootSeconds: 1,
  hcloud: { createSeconds: 1, startSeconds: 1, shutdownSeconds: 0.5, deleteSeconds: 0.5, firewallSeconds: 0.5 },
  telegram: { newBotThrottle: false },
}

const intervals = [
  ...['--hcloud-sweep-interval', '2s', '--hcloud-action-poll-interval', '100ms'],
  ...['--hcloud-list-lag', '500ms', '--hcloud-removal-interval', '300ms', '--hcloud-status-interval', '500ms'],
  ...['--hcloud-sold-out-memory', '5s', '--boot-probe-interval', '200ms', '--drain', '1500ms'],
]

export async function openSoakStage(): Promise<SoakStage> {
  const arena = await openArena()
  const { api } = arena
  await clearProjects(api)
  const world = createWorld({ clock: systemClock({ speed: 10 }), seed: randomInt(1, 2 ** 31), ...quick })
  const hcloud = await serve(world.hcloud.fetch)
  const telegram = await serve(world.telegram.fetch)
  const { directory } = await controlPlane()
  const between = createProxyFaults({ api, directory })
  const proxy = await createRecordingProxy({
    ...{ kubernetes: arena.kubernetes, hcloud: hcloud.url, telegram: telegram.url, authority: arena.authority },
    ...{ ...between.options, listener: {} },
  })
  const inspected = await freePort()
  const operator = await startOperator({
    program: arena.program,
    access: { pod: { url: proxy.urls.kubernetes, directory: arena.podDirectory } },
    ...{ hcloud: `${hcloud.url}/v1`, telegram: telegram.url, args: intervals },
    log: path.join(arena.directory, 'soak.log'),
    nodeArgs: [`--inspect=127.0.0.1:${inspected}`],
  })
  await operator.untilReady()
  const inspector = await openInspector(inspected)

  return {
    ...{ api, world, operator },
    strike({ kubernetes, worlds }) {
      if (kubernetes !== undefined) between.strike(kubernetes)
      if (worlds !== undefined) take(world.faults, worlds)
    },
    calm() {
      between.calm()
      world.faults.clear()
    },
    look: async () => ({
      ...(await inspector.look()),
      sockets: await socketsOf(operator.pid),
      memory: await operator.memory(),
    }),
    async close() {
      inspector.close()
      await operator.stop()
      await proxy.close()
      world.stop()
      await Promise.all([hcloud.close(), telegram.close()])
      await clearProjects(api)
      await arena.close()
    },
  }
}

function take(desk: FaultDesk, fault: object): void {
  const parsed = parseFaultPlan({ faults: [fault] })
  if (!parsed.ok) throw new Error(`Cannot strike: ${parsed.problems.join('; ')}`)
  desk.take(parsed.plan)
}

/** As the kernel counts them. */
async function socketsOf(pid: number): Promise<number> {
  const folder = `/proc/${pid}/fd`
  const links = await Promise.all((await readdir(folder)).map((fd) => readlink(path.join(folder, fd)).catch(() => '')))
  return links.filter((link) => link.startsWith('socket:')).length
}
