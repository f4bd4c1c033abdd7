// Something happens to the Lease, or to the calls for it, while the leader works: does it go on, or end in time and begin
// nothing any more? What each of the two has begun is what the proxies have seen.

import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { waitFor } from '../support/control-plane.ts'
import { createTenant, projectOf } from '../support/test-lab.ts'
import { isWork, lastHold, type Pair, type Replica } from './pair.ts'

const lease = '/apis/coordination.k8s.io/v1/namespaces/*/leases/*'
/** So that the time of a fault begins right after a renewal. */
const afterRenewal = { after: { world: 'kubernetes', route: `PUT ${lease}` } }

/** All calls for the Lease, for so many seconds after a renewal. */
export const callsFor = (seconds: number, effect: { kind: string; ms?: number }) => ({
  ...effect,
  ...{ world: 'kubernetes', route: `ANY ${lease}`, until: seconds },
  ...afterRenewal,
})

/** One renewal alone. */
export const oneCall = (effect: { kind: string; ms?: number }) => ({
  ...effect,
  ...{ world: 'kubernetes', route: `PUT ${lease}`, times: 1 },
})

export const theft = { kind: 'stealLease', lease: 'botyard', holder: 'thief' }

/** A busy machine is late now and then. */
const slack = 500

/** Taken for the first time, too: a thief may come before the first renewal. */
const lastRenewal = ({ calls }: Replica) => {
  const held = lastHold(calls)
  if (held === undefined) throw new Error('Cannot find a write by which the leader took the Lease')
  return held.at
}

/** There is always something to begin. */
async function work(pair: Pair): Promise<void> {
  await pair.api.create(projectOf(await createTenant(pair.api)))
}

/** Longer than anything lasts that a leader survives, and the next renewal. */
const longestKept = 13_000

/** Struck by this, the leader is the leader still, and works. */
export async function expectKept(pair: Pair, fault: object): Promise<void> {
  const { leader, standby } = await pair.leader()
  const holder = await pair.holder()
  leader.strike(fault)
  await work(pair)
  await delay(longestKept)
  const struckAt = performance.now()
  await work(pair)
  await waitFor('work of the leader', async () => leader.calls.some((call) => call.at > struckAt && isWork(call)))
  leader.calm()
  expect(await pair.holder()).toBe(holder)
  expect(leader.operator.running).toBe(true)
  expect(standby.calls.filter(isWork)).toEqual([])
}

export interface Loss {
  fault: object
  /** Milliseconds after its last renewal in which the leader still begins calls. */
  begins: number
  /** Until the other one has begun to work. */
  followed: number
}

/** How long what has begun may take to end. */
const grace = 5_000

/** Struck by this, the leader ends with an error, begins nothing after its time, and the other one takes over. */
export async function expectLost(pair: Pair, { fault, begins, followed }: Loss): Promise<void> {
  const { leader, standby } = await pair.leader()
  leader.strike(fault)
  await work(pair)
  const busy = setInterval(() => void work(pair).catch(() => {}), 1_500)
  try {
    const exit = await Promise.race([leader.operator.exited, delay(60_000, 'still running')])
    const endedAt = performance.now()
    const renewedAt = lastRenewal(leader)
    const worked = leader.calls.filter(isWork).map(({ at }) => at)
    const firstOfOther = await waitFor('work of the other one', async () => standby.calls.find(isWork), {
      within: followed + 10_000,
    })
    process.stdout.write(
      `lease lost: last renewal 0 ms, last call begun ${Math.round(Math.max(...worked) - renewedAt)} ms, ended ` +
        `${Math.round(endedAt - renewedAt)} ms, work of the other one ${Math.round(firstOfOther.at - renewedAt)} ms\n`,
    )
    expect(exit).toBe(1)
    expect(Math.max(...worked) - renewedAt).toBeLessThanOrEqual(begins + slack)
    expect(endedAt - renewedAt).toBeLessThanOrEqual(begins + grace + slack)
    expect(Math.max(...worked)).toBeLessThan(firstOfOther.at)
    expect(firstOfOther.at - renewedAt).toBeLessThanOrEqual(followed)
  } finally {
    clearInterval(busy)
  }
  leader.calm()
  await leader.start()
  await leader.operator.untilReady()
}
