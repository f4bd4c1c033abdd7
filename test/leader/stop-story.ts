// F19: the leader is told to stop (SIGTERM) at random moments while it works: the lease is free within 3 s, the process ends
// cleanly, the other one goes on where it was, and nothing is there twice.

import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../../simulators/kit/random.ts'
import { waitFor } from '../support/control-plane.ts'
import { createTenant, holdingsOf, projectOf, type Tenant, untilReady } from '../support/test-lab.ts'
import { openPair, type Pair } from './pair.ts'

interface Stop {
  exit: number | string
  /** Milliseconds from SIGTERM until the leader held the Lease no more. */
  released: number
}

async function stopOnce(pair: Pair, after: number): Promise<Stop> {
  const { leader, standby } = await pair.leader()
  const holder = await pair.holder()
  await delay(after)
  const toldAt = performance.now()
  const ended = leader.operator.stop()
  await waitFor('the lease to be given back', async () => (await pair.holder()) !== holder, {
    within: 30_000,
    every: 20,
  })
  const released = performance.now() - toldAt
  await ended
  await waitFor('the other one to lead', async () => standby.leads, { within: 30_000, every: 20 })
  const exit = await leader.operator.exited
  await leader.start()
  await leader.operator.untilReady()
  return { exit, released }
}

/** Declares the test; a seed is drawn and shown, and BOTYARD_SEED repeats it. */
export function stopTest({ stops, times }: { stops: number; times: readonly string[] }): void {
  const seed = Number(process.env['BOTYARD_SEED'] ?? randomInt(1_000_000))

  describe('a leader that is told to stop at any moment', () => {
    let pair: Pair
    beforeAll(async () => {
      pair = await openPair({ times })
    })
    afterAll(() => pair?.close())

    it(`gives the lease back within 3 s, ${stops} of ${stops} times, and what it had begun is ended (seed ${seed})`, {
      timeout: 120_000 + stops * 20_000,
    }, async () => {
      const random = seededRandom(seed)
      const tenants: Tenant[] = []
      const runs: Stop[] = []
      for (let count = 0; count < stops; count++) {
        const tenant = await createTenant(pair.api)
        tenants.push(tenant)
        await pair.api.create(projectOf(tenant))
        runs.push(await stopOnce(pair, random() * 2_500))
      }
      const released = runs.map((run) => Math.round(run.released))
      process.stdout.write(`told to stop ${stops} times: lease given back after ${released.join(', ')} ms\n`)
      for (const tenant of tenants) await untilReady(pair.api, projectOf(tenant), 60_000)
      expect(runs.map(({ exit }) => exit)).toEqual(runs.map(() => 0))
      expect(Math.max(...released)).toBeLessThanOrEqual(3_000)
      expect(tenants.map((tenant) => holdingsOf(pair.world, tenant))).toMatchObject(
        tenants.map(() => ({ servers: 1, ipv4s: 1 })),
      )
    })
  })
}
