// The leader is frozen (SIGSTOP) at random moments while it works, also while it connects, and thawed when another one leads:
// it must not begin a single request.

import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../../simulators/kit/random.ts'
import type { SeenCall } from '../proxy/seen-calls.ts'
import { waitFor } from '../support/control-plane.ts'
import { createTenant, holdingsOf, projectOf, type Tenant } from '../support/test-lab.ts'
import { isWork, openPair, type Pair, type Replica } from './pair.ts'

export interface FreezeOptions {
  runs: number
  /** Flags of the election. */
  times: readonly string[]
  /** Shortest and longest, in milliseconds; longer than the lease. */
  frozen: readonly [number, number]
}

interface Run {
  /** What the frozen process asked after it was thawed. */
  begun: string[]
  /** Connections that it was making when it was frozen. */
  connecting: number
  /** Calls of its own that were on their way. */
  open: number
  exit: number | string
  /** Work that the other one had begun before the thaw. */
  worked: number
  /** Projects with more than one server or address. */
  twice: string[]
}

interface Moment {
  random: () => number
  /** Not before the leader makes a connection; chance alone would hit that too rarely. */
  whileConnecting: boolean
}

/** Any request that may change something, and any to a provider; looks at the cluster and at the Lease change nothing. */
const counts = (call: SeenCall): boolean => isWork(call) || (call.isWrite && call.path.includes('/leases'))

async function freezeOnce(pair: Pair, o: FreezeOptions & Moment): Promise<Run> {
  const { leader, standby } = await pair.leader()
  const tenants = await Promise.all([1, 2, 3].map(() => createTenant(pair.api)))
  const between = (least: number, most: number) => least + o.random() * (most - least)
  for (const tenant of tenants) await pair.api.create(projectOf(tenant))
  await passes(between(0, 1_000))
  if (o.whileConnecting) await untilConnecting(leader)

  const { pid, exited, running } = leader.operator
  // On a machine that stood still for seconds it has lost its lease by itself: that is no freeze of ours.
  if (!running) {
    await renew(leader)
    return freezeOnce(pair, o)
  }
  process.kill(pid, 'SIGSTOP')
  const { connecting } = leader
  const open = leader.calls.filter(({ status, verb }) => status === undefined && verb !== 'WATCH').length
  await passes(between(...o.frozen))
  const taken = await waitFor('the other one at work', async () => standby.calls.filter(counts).length || undefined, {
    within: 60_000,
  })
  const thawedAt = performance.now()
  process.kill(pid, 'SIGCONT')
  const exit = await Promise.race([exited, passes(10_000).then(() => 'still running')])
  const begun = leader.calls.filter((call) => call.at >= thawedAt && counts(call))
  const run = { connecting, open, exit, worked: taken, begun: begun.map(nameOf), twice: twiceIn(pair, tenants) }
  await renew(leader)
  return run
}

/** Or for a second and a half, when there is nothing to connect for. */
async function untilConnecting(leader: Replica): Promise<void> {
  for (let waited = 0; waited < 1_500 && leader.connecting === 0; waited += 2) await passes(2)
}

const passes = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
const nameOf = ({ world, verb, path }: SeenCall) => `${world} ${verb} ${path}`

const twiceIn = ({ world }: Pair, tenants: readonly Tenant[]): string[] =>
  tenants
    .filter((tenant) => {
      const { servers, ipv4s } = holdingsOf(world, tenant)
      return servers > 1 || ipv4s > 1
    })
    .map(({ namespace }) => namespace)

/** A new process in the place of the one that has ended. */
async function renew(replica: Replica): Promise<void> {
  await replica.operator.kill()
  await replica.start()
  await replica.operator.untilReady()
}

/** Declares the test; a seed is drawn and shown, so that a failure can be looked at again with BOTYARD_SEED; BOTYARD_FREEZES asks for more runs. */
export function freezeTest(options: FreezeOptions): void {
  const o = { ...options, runs: Number(process.env['BOTYARD_FREEZES'] ?? options.runs) }
  const seed = Number(process.env['BOTYARD_SEED'] ?? randomInt(1_000_000))

  describe('a leader that is frozen and thawed', () => {
    let pair: Pair
    beforeAll(async () => {
      const random = seededRandom(seed + 1)
      pair = await openPair({ times: o.times, connecting: () => 50 + random() * 500 })
    })
    afterAll(() => pair.close())

    it(`begins 0 requests after the thaw, ${o.runs} of ${o.runs} times (seed ${seed})`, {
      timeout: 60_000 + o.runs * (o.frozen[1] + 60_000),
    }, async () => {
      const random = seededRandom(seed)
      const runs: Run[] = []
      for (let count = 0; count < o.runs; count++) {
        runs.push(await freezeOnce(pair, { ...o, random, whileConnecting: count % 2 === 1 }))
      }
      const connecting = runs.filter((run) => run.connecting > 0).length
      const amid = runs.filter((run) => run.open > 0).length
      process.stdout.write(
        `frozen ${o.runs} times: ${connecting} times while connecting, ${amid} times with a call on its way; ` +
          `requests begun after the thaw: ${runs.reduce((sum, { begun }) => sum + begun.length, 0)}\n`,
      )
      expect(runs.map(({ begun, exit, twice }) => ({ begun, exit, twice }))).toEqual(
        runs.map(() => ({ begun: [], exit: 1, twice: [] })),
      )
    })
  })
}
