// Two replicas on the real API server: one works, the other one takes over.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type KubeObject, waitFor } from '../support/control-plane.ts'
import { createTenant, projectOf, untilGone, untilReady } from '../support/test-lab.ts'
import { freezeTest } from './freeze-story.ts'
import { isWork, openPair, type Pair, type Replica, shortTimes } from './pair.ts'
import { takeOver } from './take-over.ts'

describe('two replicas, with the times of the chart', () => {
  let pair: Pair
  beforeAll(async () => {
    pair = await openPair()
  })
  afterAll(() => pair.close())

  const works = ({ calls }: Replica) => calls.filter(isWork).length

  it('are both ready; one works, and the other one only looks', async () => {
    const { leader, standby } = await pair.leader()
    const project = await pair.api.create(projectOf(await createTenant(pair.api)))
    await untilReady(pair.api, project)
    expect(works(leader)).toBeGreaterThan(0)
    expect(works(standby)).toBe(0)
    for (const { operator } of pair.replicas) expect((await fetch(`${operator.health}/readyz`)).status).toBe(200)
  })

  it('hand over within 3 s when the leader is told to stop', async () => {
    const { leader, standby } = await pair.leader()
    const { toldAt, firstWorkAt, releasedAt } = await takeOver(pair, { leader, standby, end: 'stop' })
    expect(releasedAt - toldAt).toBeLessThanOrEqual(3_000)
    expect(firstWorkAt - toldAt).toBeLessThanOrEqual(3_000)
    expect(await leader.operator.exited).toBe(0)
    await leader.start()
    await leader.operator.untilReady()
    await waitFor('the new one to look at the Lease', async () =>
      leader.calls.some(({ path }) => path.includes('/leases')),
    )
    expect(works(leader)).toBe(0)
  })

  it('hand over to one that has seen Projects go while it stood by: it sets webhooks all the same', async () => {
    const { leader, standby } = await pair.leader()
    const kind = { apiVersion: 'botyard.dev/v1alpha1', kind: 'Project' }
    const projects = (await pair.api.list(kind)).map((project) => ({ ...project, ...kind }))
    expect(projects.length).toBeGreaterThan(0)
    for (const project of projects) await pair.api.delete(project)
    // The leader is young: the drain of a deletion is as long as its lease and more.
    for (const project of projects) await untilGone(pair.api, project, 40_000)
    await takeOver(pair, { leader, standby, end: 'stop' })
    const [last] = await pair.api.list(kind)
    await untilReady(pair.api, { ...(last as KubeObject), ...kind })
  })
})

describe('two replicas, with short times', () => {
  let pair: Pair
  beforeAll(async () => {
    pair = await openPair({ times: shortTimes })
  })
  afterAll(() => pair.close())

  it('take over when the leader is killed: the lease, a look, and not much more', async () => {
    const { leader, standby } = await pair.leader()
    const { toldAt, firstWorkAt } = await takeOver(pair, { leader, standby, end: 'kill' })
    // The real times give 15 + 2.4 + 2.6 s.
    expect(firstWorkAt - toldAt).toBeLessThanOrEqual(4_000 + 600 + 2_600)
  })
})

freezeTest({ runs: 4, times: shortTimes, frozen: [4_500, 7_000] })
