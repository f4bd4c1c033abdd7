// The leader ends while there is work to do: when the other one begins to do it.

import type { Operator } from '../../scripts/lab/operator.ts'
import { waitFor } from '../support/control-plane.ts'
import { createTenant, projectOf } from '../support/test-lab.ts'
import { isWork, type Pair, type Replica } from './pair.ts'

/** Times of `performance.now()`. */
export interface TakeOver {
  toldAt: number
  /** When nobody, or the other one, held the Lease. */
  releasedAt: number
  /** The other one's first write, or first call to a provider. */
  firstWorkAt: number
}

export async function takeOver(
  pair: Pair,
  { leader, standby, end }: { leader: Replica; standby: Replica; end: 'stop' | 'kill' },
): Promise<TakeOver> {
  const holder = await pair.holder()
  const tenant = await createTenant(pair.api)
  const toldAt = performance.now()
  const ended = endOf(leader.operator, end)
  await pair.api.create(projectOf(tenant))
  const released = waitFor('another holder', async () => (await pair.holder()) !== holder && performance.now(), {
    within: 40_000,
    every: 20,
  })
  const firstWork = await waitFor(
    'work of the other one',
    async () => standby.calls.find((call) => call.at > toldAt && isWork(call)),
    { within: 40_000, every: 10 },
  )
  await ended
  return { toldAt, releasedAt: await released, firstWorkAt: firstWork.at }
}

const endOf = (operator: Operator, end: 'stop' | 'kill') => (end === 'stop' ? operator.stop() : operator.kill())
