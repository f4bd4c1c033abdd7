// The outside world in one piece: Hetzner, Telegram and the servers on one clock and one seed, each behind its faults.

import { createHcloudSimulator, type HcloudSimulator } from './hcloud/hcloud-simulator.ts'
import type { HcloudOptions } from './hcloud/options.ts'
import type { Clock } from './kit/clock.ts'
import { faultRoutes, requestRoutes, withControl } from './kit/control.ts'
import { createFaults, type Faults } from './kit/faults.ts'
import type { Handler } from './kit/handler.ts'
import { seededRandom } from './kit/random.ts'
import { createRequestLog, type RequestLog } from './kit/request-log.ts'
import { telegramControlRoutes, telegramState } from './telegram/control.ts'
import { createTelegramSimulator, type TelegramOptions, type TelegramSimulator } from './telegram/simulator.ts'
import { machineControlRoutes } from './vps/control.ts'
import { createMachines, type SimulatedMachines } from './vps/machines.ts'

export interface WorldOptions {
  clock: Clock
  /** The same seed and the same calls give the same world; 1 by default. */
  seed?: number
  /** From a server's power to its first answer; 15 by default. */
  bootSeconds?: number
  hcloud?: Partial<HcloudOptions>
  /** Reserved addresses are allowed unless this says otherwise: the simulated servers live on loopback. */
  telegram?: TelegramOptions
}

/** One service as its clients see it. */
interface Service {
  /** The API and the control routes below `/_simulator/`; the latter are never hit by faults. */
  readonly fetch: Handler
  /** Faults on the way to and from the API. */
  readonly faults: Faults
}

export interface World {
  readonly hcloud: Service & Pick<HcloudSimulator, 'control'>
  readonly telegram: Service & { readonly simulator: TelegramSimulator; readonly requests: RequestLog }
  readonly machines: SimulatedMachines
  /** Everything there is, safe to print. */
  state(): {
    hcloud: ReturnType<HcloudSimulator['control']['state']>
    telegram: ReturnType<typeof telegramState>
    machines: ReturnType<SimulatedMachines['state']>
  }
  /** Machines lose their power and deliveries end; nothing is left that could keep the process alive. */
  stop(): void
}

export function createWorld({ clock, seed = 1, bootSeconds = 15, ...options }: WorldOptions): World {
  const random = seededRandom(seed)
  const machines = createMachines({ clock, options: { bootSeconds } })
  const hcloud = createHcloudSimulator({ clock, random, machines, options: options.hcloud ?? {} })
  const telegramOptions = { allowReserved: true, ...options.telegram }
  const simulator = createTelegramSimulator({ clock, random, options: telegramOptions })
  const hcloudFaults = createFaults({ clock, random, basePath: '/v1' })
  const telegramFaults = createFaults({ clock, random })
  const requests = createRequestLog({ clock, describe: describeTelegram })
  const hcloudRoutes = [...hcloud.controlRoutes, ...faultRoutes(hcloudFaults), ...machineControlRoutes(machines)]
  const telegramRoutes = [
    ...telegramControlRoutes({ telegram: simulator, clock }),
    ...faultRoutes(telegramFaults),
    ...requestRoutes(requests),
  ]
  return {
    hcloud: {
      control: hcloud.control,
      faults: hcloudFaults,
      fetch: withControl(hcloudFaults.wrap(hcloud.fetch), hcloudRoutes),
    },
    telegram: {
      ...{ simulator, requests, faults: telegramFaults },
      fetch: withControl(requests.wrap(telegramFaults.wrap(simulator.fetch)), telegramRoutes),
    },
    machines,
    state: () => ({
      hcloud: hcloud.control.state(),
      telegram: telegramState(simulator),
      machines: machines.state(),
    }),
    stop() {
      simulator.stop()
      machines.close()
    },
  }
}

/** Bots by id: the rest of the token is secret, and method names come in any letter case. */
function describeTelegram(request: Request): { path: string; target: string } {
  const [, bot = '', method = ''] = /^\/bot(\d*)[^/]*\/(.*)$/.exec(new URL(request.url).pathname) ?? []
  return { path: `/bot/${method.toLowerCase()}`, target: `/bot${bot}/${method}` }
}
