// Which simulated world a fault that is no matter of requests belongs to, and how it begins there.

import { changeByHand as changeAtHetzner } from './hcloud/hand-changes.ts'
import type { HcloudSimulator } from './hcloud/hcloud-simulator.ts'
import type { Clock } from './kit/clock.ts'
import { type Begun, beginByHand, type FaultDeskDeps } from './kit/fault-desk.ts'
import type { Tally } from './kit/fault-tally.ts'
import { changeByHand as changeAtTelegram } from './telegram/hand-changes.ts'
import type { TelegramSimulator } from './telegram/simulator.ts'
import type { SimulatedMachines } from './vps/machines.ts'

export interface BeginningsDeps {
  clock: Clock
  hcloud: Pick<HcloudSimulator, 'control'>
  telegram: TelegramSimulator
  machines: SimulatedMachines
}

export function beginnings({ clock, hcloud, telegram, machines }: BeginningsDeps): FaultDeskDeps['begin'] {
  return (fault, random) => {
    switch (fault.kind) {
      case 'soldOut':
      case 'actionFailure':
      case 'slowAction':
      case 'listLag':
      case 'ignoredShutdown':
      case 'strangeAnswers':
        return counted(hcloud.control.addFault(fault, random))
      case 'bootFailure':
        return counted(machines.addFault(fault, random))
      case 'changeWebhook':
      case 'deleteWebhook':
      case 'revokeBotToken':
        return beginByHand(fault, { clock, act: () => changeAtTelegram(telegram, fault) })
      case 'cutLine':
      case 'endWatch':
      case 'stallWatch':
      case 'repeatLine':
      case 'wrongLine':
      case 'older':
      case 'compact':
      case 'stealLease':
        return undefined
      default:
        return beginByHand(fault, { clock, act: () => changeAtHetzner(hcloud.control, fault) })
    }
  }
}

const counted = ({ tally, remove }: { tally: Tally; remove(): void }): Begun => ({
  hits: tally.hits,
  isSpent: tally.isSpent,
  remove,
})
