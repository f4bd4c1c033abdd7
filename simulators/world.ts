// The outside world in one piece: Hetzner, Telegram and the servers on one clock and one seed, each behind its faults.

import { beginnings } from './beginnings.ts'
import { createHcloudSimulator, type HcloudSimulator } from './hcloud/hcloud-simulator.ts'
import type { HcloudOptions } from './hcloud/options.ts'
import type { Clock } from './kit/clock.ts'
import { faultRoutes } from './kit/control.ts'
import { createFaultDesk, type FaultDesk } from './kit/fault-desk.ts'
import { createFaults } from './kit/faults.ts'
import type { Handler } from './kit/handler.ts'
import { seededRandom } from './kit/random.ts'
import { createService, type Service } from './kit/service.ts'
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
  /** Put around the API of Hetzner, within its faults: sees what was truly said. */
  aroundHcloud?(handler: Handler): Handler
}

export interface World {
  readonly hcloud: Service & Pick<HcloudSimulator, 'control'>
  readonly telegram: Service & { readonly simulator: TelegramSimulator }
  readonly machines: SimulatedMachines
  /** Takes up fault plans. */
  readonly faults: FaultDesk
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
  const hcloudAPI = options.aroundHcloud?.(hcloud.fetch) ?? hcloud.fetch
  const telegramOptions = { allowReserved: true, ...options.telegram }
  const telegram = createTelegramSimulator({ clock, random, options: telegramOptions })
  const requests = { hcloud: createFaults({ clock, seed, basePath: '/v1' }), telegram: createFaults({ clock, seed }) }
  const faults = createFaultDesk({ requests, begin: beginnings({ clock, hcloud, telegram, machines }) })
  return {
    faults,
    hcloud: {
      control: hcloud.control,
      ...createService({
        ...{ clock, faults: requests.hcloud, handler: hcloudAPI, describe: describeHcloud },
        routes: [...hcloud.controlRoutes, ...machineControlRoutes(machines), ...faultRoutes(faults, 'hcloud')],
      }),
    },
    telegram: {
      simulator: telegram,
      ...createService({
        ...{ clock, faults: requests.telegram, handler: telegram.fetch, describe: describeTelegram },
        routes: [...telegramControlRoutes({ telegram, clock }), ...faultRoutes(faults, 'telegram')],
      }),
    },
    machines,
    state: () => ({
      hcloud: hcloud.control.state(),
      telegram: telegramState(telegram),
      machines: machines.state(),
    }),
    stop() {
      faults.clear()
      hcloud.stop()
      telegram.stop()
      machines.close()
    },
  }
}

/** Bots by id: the rest of the token is secret, and method names come in any letter case. */
function describeTelegram(request: Request): { path: string; target: string } {
  const [, bot = '', method = ''] = /^\/bot(\d*)[^/]*\/(.*)$/.exec(new URL(request.url).pathname) ?? []
  return { path: `/bot/${method.toLowerCase()}`, target: `/bot${bot}/${method}` }
}

function describeHcloud(request: Request): { path: string; target: string } {
  const { pathname, search } = new URL(request.url)
  const path = pathname.replace(/^\/v1(?=\/)/, '')
  return { path: path.replaceAll(/\/\d+(?=\/|$)/g, '/:id'), target: path + search }
}
