// For a long time something goes wrong every few seconds, while Projects come, are repaired and go. What the operator holds must
// not grow, the same process must be there at the end, and all must be as it should be.

import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../../simulators/kit/random.ts'
import { waitFor } from '../support/control-plane.ts'
import {
  createTenant,
  type Holdings,
  hetznerProjectOf,
  holdingsOf,
  nothing,
  projectOf,
  type Tenant,
  untilGone,
  untilReady,
} from '../support/test-lab.ts'
import { judge, type Level } from './flatness.ts'
import { shuffled } from './misfortunes.ts'
import { openSoakStage, type Sample, type SoakStage } from './soak-stage.ts'

export interface SoakOptions {
  seconds: number
}

/** What may lie between two quiet moments: connections that are kept, timers of calls in hand, code that has just been compiled. */
const levels: Record<keyof Sample, Level> = {
  heap: { slack: 2, share: 0.05 },
  memory: { slack: 15 },
  sockets: { slack: 10 },
  timers: { slack: 15 },
  signals: { slack: 15 },
  listeners: { slack: 15 },
}

/** Caches, connections and compiled code: what is there only once must be there before it counts. */
const warmUp = 0.25
/** Long enough to be in the way of every kind of work, short enough that work also succeeds. */
const pause = [2_000, 4_000] as const
const residents = 3
/** The operator sets a webhook three times in ten minutes, and then lets ten minutes pass. */
const limit = 660_000

/** Declares the test; a seed is drawn and shown, so that a run can be repeated with BOTYARD_SEED; BOTYARD_SOAK_SECONDS makes it shorter or longer. */
export function soakTest(options: SoakOptions): void {
  const seconds = Number(process.env['BOTYARD_SOAK_SECONDS'] ?? options.seconds)
  const seed = Number(process.env['BOTYARD_SEED'] ?? randomInt(1_000_000))

  describe('an operator among faults', () => {
    let stage: SoakStage
    beforeAll(async () => {
      stage = await openSoakStage()
    }, 120_000)
    afterAll(() => stage?.close())

    it(`holds no more after ${seconds} s with one every few seconds, and all is right (seed ${seed})`, {
      timeout: seconds * 1_000 + 3 * limit,
    }, async () => {
      const tenants = await Promise.all(Array.from({ length: residents }, () => arrive(stage)))
      await Promise.all(tenants.map((tenant) => untilReady(stage.api, projectOf(tenant), limit)))

      const { samples, faults } = await suffer(stage, { until: performance.now() + seconds * 1_000, seed })
      const counted = samples.slice(Math.floor(samples.length * warmUp))
      const verdicts = Object.entries(levels).map(([name, level]) => {
        const { isFlat, ...ends } = judge(
          counted.map((sample) => sample[name as keyof Sample]),
          level,
        )
        return { name, isFlat, ...ends }
      })
      process.stdout.write(
        `${faults} faults in ${seconds} s, ${counted.length} looks: ` +
          `${verdicts.map(({ name, first, last }) => `${name} ${first.toFixed(0)} → ${last.toFixed(0)}`).join(', ')}\n`,
      )

      expect(await endOf(stage, tenants)).toEqual(tenants.map(() => whole))
      await Promise.all(tenants.map((tenant) => depart(stage, tenant)))
      expect(tenants.map((tenant) => holdingsOf(stage.world, tenant))).toEqual(tenants.map(() => nothing))
      expect(stage.operator.running).toBe(true)
      expect(verdicts.filter(({ isFlat }) => !isFlat)).toEqual([])
    })
  })
}

/** Faults one after the other; a Project that comes and goes all the while; a look after each few faults. */
async function suffer(stage: SoakStage, o: { until: number; seed: number }) {
  const random = seededRandom(o.seed)
  const samples: Sample[] = []
  let faults = 0
  const isOver = () => performance.now() > o.until
  const guests = (async () => {
    while (!isOver()) {
      const guest = await arrive(stage)
      await delay(5_000)
      await depart(stage, guest)
    }
  })()
  for (const misfortune of shuffled(random)) {
    if (isOver()) break
    stage.strike(misfortune)
    faults += 1
    await delay(pause[0] + random() * (pause[1] - pause[0]))
    samples.push(await stage.look())
  }
  stage.calm()
  await guests
  return { samples, faults }
}

async function arrive({ api }: SoakStage): Promise<Tenant> {
  const tenant = await createTenant(api)
  await api.create(frequentlySynced(tenant))
  return tenant
}

/** A webhook that somebody removed is noticed with the next resync, which the test is not to wait for. */
const frequentlySynced = (tenant: Tenant) =>
  projectOf(tenant, (spec) => {
    spec['resyncInterval'] = '1m'
  })

async function depart({ api }: SoakStage, tenant: Tenant): Promise<void> {
  await api.delete(projectOf(tenant))
  await untilGone(api, projectOf(tenant), limit)
}

interface End extends Pick<Holdings, 'servers' | 'ipv4s'> {
  serves: boolean
}

const whole: End = { servers: 1, ipv4s: 1, serves: true }

/** In the world, not in the status; repairs of the last faults get their time. */
async function endOf({ world }: SoakStage, tenants: readonly Tenant[]): Promise<End[]> {
  const look = (tenant: Tenant): End => {
    const [server] = hetznerProjectOf(world, tenant)?.servers ?? []
    const { servers, ipv4s, webhook } = holdingsOf(world, tenant)
    return { servers, ipv4s, serves: webhook !== '' && server?.status === 'running' }
  }
  const all = () => tenants.map(look)
  const isWhole = async () => all().every((end) => JSON.stringify(end) === JSON.stringify(whole))
  await waitFor('all as it should be', isWhole, { within: limit, every: 200 }).catch(() => undefined)
  return all()
}
