// The table of contents of the simulated API: one entry a kind of resource, each with a table of its own.

import { actionEndpoints } from './action-endpoints.ts'
import { catalogEndpoints } from './catalog.ts'
import { emptyListEndpoints } from './empty-lists.ts'
import type { Endpoint } from './endpoint.ts'
import { firewallEndpoints } from './firewalls.ts'
import type { Guests } from './guests.ts'
import { networkActionEndpoints } from './network-actions.ts'
import { networkEndpoints } from './networks.ts'
import { placementGroupEndpoints } from './placement-groups.ts'
import { pricingEndpoints } from './pricing.ts'
import { primaryIPActionEndpoints } from './primary-ip-actions.ts'
import { primaryIPEndpoints } from './primary-ips.ts'
import { serverActionEndpoints } from './server-actions.ts'
import type { Life } from './server-life.ts'
import { serverMetricsEndpoints } from './server-metrics.ts'
import type { Power } from './server-power.ts'
import { serverEndpoints } from './servers.ts'
import { sshKeyEndpoints } from './ssh-keys.ts'
import { volumeActionEndpoints } from './volume-actions.ts'
import { volumeEndpoints } from './volumes.ts'

export interface EndpointDeps {
  life: Life
  power: Power
  guests: Guests
}

export const allEndpoints = ({ life, power, guests }: EndpointDeps): readonly Endpoint[] => [
  ...actionEndpoints,
  ...serverEndpoints(life),
  ...serverActionEndpoints({ power, guests }),
  ...serverMetricsEndpoints,
  ...primaryIPEndpoints,
  ...primaryIPActionEndpoints,
  ...firewallEndpoints,
  ...networkEndpoints,
  ...networkActionEndpoints,
  ...volumeEndpoints,
  ...volumeActionEndpoints,
  ...placementGroupEndpoints,
  ...sshKeyEndpoints,
  ...catalogEndpoints,
  ...pricingEndpoints,
  ...emptyListEndpoints,
]
