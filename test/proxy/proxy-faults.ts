// Everything that a fault plan can do between an operator and its cluster, ready to be given to a recording proxy.

import { systemClock } from '../../simulators/kit/clock.ts'
import { createFaultDesk, type DeskEntry } from '../../simulators/kit/fault-desk.ts'
import { parseFaultPlan } from '../../simulators/kit/fault-plan.ts'
import { createFaults } from '../../simulators/kit/faults.ts'
import type { Api } from '../support/control-plane.ts'
import { kubernetesBeginnings } from './kubernetes-hands.ts'
import type { RecordingProxyOptions } from './recording-proxy.ts'
import { createWatchFaults } from './watch-faults.ts'

export interface ProxyFaults {
  /** For the proxy. */
  readonly options: Pick<RecordingProxyOptions, 'faults' | 'watchFaults'>
  /** As a fault plan words them; their time starts now. */
  strike(...faults: readonly object[]): void
  /** Takes all of them back. */
  calm(): void
  list(): readonly DeskEntry[]
}

export interface ProxyFaultsOptions {
  /** With every right. */
  api: Api
  /** Folder of the control plane. */
  directory: string
  /** Faults may be struck on the way to Hetzner, too. */
  hcloud?: boolean
}

export function createProxyFaults({ api, directory, hcloud = false }: ProxyFaultsOptions): ProxyFaults {
  const clock = systemClock()
  const watchFaults = createWatchFaults({ clock })
  const faults = {
    kubernetes: createFaults({ clock }),
    ...(hcloud && { hcloud: createFaults({ clock, basePath: '/v1' }) }),
  }
  const desk = createFaultDesk({
    requests: faults,
    begin: kubernetesBeginnings({ clock, watchFaults, api, directory }),
  })
  return {
    options: { faults, watchFaults },
    strike(...struck) {
      const parsed = parseFaultPlan({ faults: struck })
      if (!parsed.ok) throw new Error(`Cannot strike: ${parsed.problems.join('; ')}`)
      desk.take(parsed.plan)
    },
    calm: desk.clear,
    list: desk.list,
  }
}
