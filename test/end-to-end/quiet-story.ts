// A Project that is as it should be costs nothing but looking: no Kubernetes write, and at Hetzner the sweeps alone (R10).

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { World } from '../../simulators/world.ts'
import { createTenant, projectOf, startTestLab, type TestLab, untilReady } from '../support/test-lab.ts'

const projects = 3
/** As users run it: the intervals are the defaults. */
const sweepSeconds = 30
const settleSeconds = 30

export function quietTest({ seconds }: { seconds: number }): void {
  let lab: TestLab
  beforeAll(async () => {
    lab = await startTestLab({
      operatorArgs: ['--hcloud-sweep-interval', `${sweepSeconds}s`, '--hcloud-action-poll-interval', '1s'],
    })
  })
  afterAll(() => lab.stop())

  const pause = (length: number) => new Promise((resolve) => setTimeout(resolve, length * 1_000))

  describe('a steady Project', () => {
    it(`costs no Kubernetes write and no Hetzner call but sweeps, for ${seconds} s with messages flowing`, {
      timeout: 120_000 + seconds * 1_000,
    }, async () => {
      const account = await createTenant(lab.api)
      const tenants = [
        account,
        ...(await Promise.all([1, 2].map(() => createTenant(lab.api, { hetznerToken: account.hetznerToken })))),
      ]
      const ready = await Promise.all(
        tenants.map(async (tenant) => {
          const project = await lab.api.create(projectOf(tenant, everyMinute))
          return untilReady(lab.api, project)
        }),
      )
      expect(ready).toHaveLength(projects)
      await pause(settleSeconds)

      const before = await Promise.all(ready.map((project) => lab.api.get(project)))
      lab.world.hcloud.requests.reset()
      const answered = await withMessages(
        lab.world,
        tenants.map(({ botID }) => botID),
        () => pause(seconds),
      )

      const after = await Promise.all(ready.map((project) => lab.api.get(project)))
      expect(after.map(({ metadata }) => metadata.resourceVersion)).toEqual(
        before.map(({ metadata }) => metadata.resourceVersion),
      )
      expect(answered).toBeGreaterThan(0)
      const sweeps = Math.ceil(seconds / (sweepSeconds * 0.9)) + 1
      const counts = lab.world.hcloud.requests.counts()
      expect(counts.filter(({ path }) => path !== '/servers' && path !== '/primary_ips')).toEqual([])
      expect(countOf(counts, '/servers')).toBeLessThanOrEqual(sweeps)
      expect(countOf(counts, '/primary_ips')).toBeLessThanOrEqual(Math.ceil(sweeps / 10))
    })
  })
}

const everyMinute = (spec: Record<string, unknown>): void => {
  spec['resyncInterval'] = '1m'
}

const countOf = (counts: readonly { path: string; count: number }[], path: string): number =>
  counts.filter((each) => each.path === path).reduce((sum, { count }) => sum + count, 0)

/** People write to every bot once a second meanwhile; answers how many of their messages the bots have answered. */
async function withMessages(world: World, bots: readonly number[], run: () => Promise<unknown>): Promise<number> {
  const { simulator } = world.telegram
  const ofBots = () => simulator.registry.list().filter(({ id }) => bots.includes(id))
  const answers = () => ofBots().reduce((sum, bot) => sum + bot.answers.length, 0)
  const before = answers()
  const talk = setInterval(() => {
    for (const bot of ofBots()) simulator.say(bot, { text: 'hello', chatID: 1 })
  }, 1_000)
  await run()
  clearInterval(talk)
  return answers() - before
}
