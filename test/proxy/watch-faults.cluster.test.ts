// Fault plans against watches of the real API server: whatever happens on the way, the cache of the operator ends up with
// what the API server holds.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createProject, projectRef } from '../kube/cluster.ts'
import { followBehindProxy } from '../kube/follower-behind-proxy.ts'
import { type Api, adminApi, createNamespace, waitFor } from '../support/control-plane.ts'

let api: Api
let namespace: string
beforeAll(async () => {
  api = await adminApi()
  namespace = await createNamespace(api)
})
afterAll(() => api.close())

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const route = 'GET /apis/botyard.dev/v1alpha1/projects'

/** A cache behind the proxy, under this plan. */
async function setUp(faults: object[]) {
  const follower = await followBehindProxy(api, { faults, random: () => 0 })
  closers.push(follower.stop)
  return follower
}

let count = 0
/** Projects come, change and go. */
async function live(): Promise<void> {
  count += 1
  const names = ['a', 'b', 'c'].map((name) => `${name}-${count}`)
  for (const name of names) await createProject(api, { namespace, name })
  for (const name of names) await api.patch(projectRef(namespace, name), { spec: { suspend: true } })
  await api.delete(projectRef(namespace, names[0] ?? ''))
}

const gone = JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'old' } })
const once = { route, times: 1 }

describe('the cache of the operator converges', () => {
  it.each<{ name: string; faults: object[]; later?: object[]; told: RegExp[]; lists: number }>([
    { name: 'without a fault', faults: [], told: [], lists: 1 },
    {
      name: 'when its first list is cut within a line',
      faults: [{ kind: 'cutLine', ...once }],
      told: [/^list: .*(cut within a line|other side closed|aborted|terminated)/],
      lists: 1,
    },
    {
      name: 'when its first list ends before its end bookmark',
      faults: [{ kind: 'endWatch', ...once }],
      told: [/^list: .*before the list was whole/],
      lists: 1,
    },
    {
      name: 'when the watch is cut within a line',
      faults: [],
      later: [{ kind: 'cutLine', skip: 2, ...once }],
      told: [/^watch: /],
      lists: 1,
    },
    {
      name: 'when the watch stalls for a while',
      faults: [],
      later: [{ kind: 'stallWatch', ms: 700, ...once }],
      told: [],
      lists: 1,
    },
    { name: 'when every line comes twice', faults: [], later: [{ kind: 'repeatLine', route }], told: [], lists: 1 },
    {
      name: 'when a line is something else',
      faults: [],
      later: [{ kind: 'wrongLine', skip: 3, ...once }],
      told: [/^watch: .*a line is not JSON/],
      lists: 2,
    },
    {
      name: 'when the history is gone (410 in the stream)',
      faults: [],
      later: [{ kind: 'wrongLine', body: gone, skip: 3, ...once }],
      told: [/^watch: .*410 Expired/],
      lists: 2,
    },
    {
      name: 'when the server can list in pages only',
      faults: [{ kind: 'status', world: 'kubernetes', status: 422, ...once }],
      told: [],
      lists: 1,
    },
    {
      name: 'when the first list shows an older revision',
      faults: [
        { kind: 'status', world: 'kubernetes', status: 422, ...once },
        { kind: 'older', revisions: 3, ...once },
      ],
      told: [],
      lists: 1,
    },
    {
      name: 'when answers get lost and bodies break off',
      faults: [
        { kind: 'after', world: 'kubernetes', ...once },
        { kind: 'half', world: 'kubernetes', route, skip: 1, times: 1 },
      ],
      told: [/^list: /],
      lists: 1,
    },
  ])('$name', async ({ faults, later = [], told, lists }) => {
    const run = await setUp(faults)
    await live()
    await run.converges(api)
    run.strike(...later)
    await live()
    await run.converges(api)
    expect(run.states()).toEqual([...faults, ...later].map(() => expect.not.stringMatching(/ 0$/)))
    expect(run.told).toEqual(told.map((text) => expect.stringMatching(text)))
    expect(run.asked.lists).toBe(lists)
  })

  it('when a list after a break shows an older revision: told, and caught up', async () => {
    const run = await setUp([{ kind: 'status', world: 'kubernetes', status: 422, ...once }])
    await live()
    await run.converges(api)
    run.strike({ kind: 'wrongLine', ...once }, { kind: 'older', revisions: 12, ...once })
    await live()
    await run.converges(api)
    expect(run.told).toContain('went back')
  })

  it('when the history is compacted while its connection is cut, again and again', async () => {
    const run = await setUp([{ kind: 'cutLine', route, chance: 0.2 }, { kind: 'compact' }])
    for (let round = 0; round < 3; round++) {
      await live()
      run.strike({ kind: 'compact' })
    }
    await run.converges(api, 30_000)
    expect(run.states().slice(1)).toEqual(['over 1', 'over 1', 'over 1', 'over 1'])
  })
})

describe('a lease', () => {
  it('is stolen by a plan: another holder, renewed just now, one transition more', async () => {
    const metadata = { name: 'botyard-test', namespace }
    const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata }
    await api.create({ ...ref, spec: { holderIdentity: 'operator', leaseDurationSeconds: 15, leaseTransitions: 2 } })
    const run = await setUp([{ kind: 'stealLease', lease: 'botyard-t*' }])
    await waitFor('the theft', async () => run.states()[0] === 'over 1')
    const { spec } = (await api.get(ref)) as unknown as { spec: Record<string, unknown> }
    expect(spec).toMatchObject({ holderIdentity: 'thief', leaseDurationSeconds: 15, leaseTransitions: 3 })
    expect(spec['renewTime']).toMatch(/\.\d{6}Z$/)
    await api.delete(ref)
  })
})
