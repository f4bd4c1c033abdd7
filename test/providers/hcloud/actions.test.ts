import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../../src/clock.ts'
import { createActionPoll } from '../../../src/providers/hcloud/action-poll.ts'
import type { Action } from '../../../src/providers/hcloud/domain.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { createLab, serverBody, tokenA, tokenB } from './lab.ts'

const action = (id: number, status: Action['status'] = 'running'): Action => ({
  ...{ id, command: 'create_server', status, progress: 0, resources: [] },
})

function setUp(answer: (ids: readonly number[]) => Promise<readonly Action[]> | readonly Action[]) {
  const clock = fakeClock()
  const asked: { at: number; ids: readonly number[] }[] = []
  const woken: string[] = []
  const poll = createActionPoll({
    clock,
    interval: seconds(1),
    wake: (holder) => woken.push(holder),
    async read(ids) {
      asked.push({ at: clock.monotonic(), ids })
      return answer(ids)
    },
  })
  poll.start()
  return { clock, asked, woken, poll }
}

describe('the action poll', () => {
  it('asks for the actions of all Projects in one call, at most 25 at a time', async () => {
    const { clock, asked, poll } = setUp((ids) => ids.map((id) => action(id)))
    for (let n = 0; n < 30; n++) poll.follow([n * 2 + 1, n * 2 + 2], `p${n}`)
    await clock.advance(seconds(1))
    expect(asked.map(({ ids }) => ids.length)).toEqual([25, 25, 10])
  })

  it('knows nothing until all are read, then says what each of them is', async () => {
    const { clock, poll } = setUp((ids) => ids.map((id) => action(id, id === 1 ? 'success' : 'running')))
    expect(poll.follow([1, 2], 'p1')).toBeUndefined()
    await clock.advance(seconds(1))
    expect(poll.follow([1, 2], 'p1')).toMatchObject([{ status: 'success' }, { status: 'running' }])
    expect(poll.follow([1, 3], 'p1')).toBeUndefined()
  })

  it('wakes the holder once for each action that ends, and only the one that follows it', async () => {
    let status: Action['status'] = 'running'
    const { clock, woken, poll } = setUp((ids) => ids.map((id) => action(id, id === 1 ? status : 'running')))
    poll.follow([1], 'p1')
    poll.follow([2], 'p2')
    await clock.advance(seconds(3))
    expect(woken).toEqual([])
    status = 'error'
    await clock.advance(seconds(10))
    expect(woken).toEqual(['p1'])
  })

  it('asks no more once all have ended, or nobody follows', async () => {
    const { clock, asked, poll } = setUp((ids) => ids.map((id) => action(id, id === 1 ? 'success' : 'running')))
    poll.follow([1], 'p1')
    poll.follow([2], 'p2')
    await clock.advance(seconds(2))
    poll.release('p2')
    const { length } = asked
    await clock.advance(minutes(5))
    expect(asked).toHaveLength(length)
    expect(clock.pending).toBe(0)
  })

  it('slows down from one second to five as an action grows old', async () => {
    const { clock, asked, poll } = setUp((ids) => ids.map((id) => action(id)))
    poll.follow([1], 'p1')
    await clock.advance(minutes(5))
    const gaps = asked.slice(1).map(({ at }, n) => at - (asked[n]?.at ?? 0))
    expect(gaps.slice(0, 10)).toEqual(Array(10).fill(seconds(1)))
    expect(gaps.at(-1)).toBe(seconds(5))
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b))
  })

  it('slows down when very many run', async () => {
    const { clock, asked, poll } = setUp((ids) => ids.map((id) => action(id)))
    for (let n = 0; n < 1000; n++) poll.follow([n], `p${n}`)
    await clock.advance(seconds(61))
    expect(asked.length).toBeLessThan(5 * 61)
  })

  it('concludes nothing from a failure, and goes on', async () => {
    let isDown = true
    const { clock, woken, poll } = setUp((ids) => {
      if (isDown) throw new Error('down')
      return ids.map((id) => action(id, 'success'))
    })
    expect(poll.follow([1], 'p1')).toBeUndefined()
    await clock.advance(seconds(20))
    expect(poll.follow([1], 'p1')).toBeUndefined()
    isDown = false
    await clock.advance(seconds(6))
    expect(poll.follow([1], 'p1')).toMatchObject([{ status: 'success' }])
    expect(woken).toEqual(['p1'])
  })

  it('takes an action that is missing again and again for gone, not one that is late', async () => {
    const known = new Map<number, Action>([[1, action(1)]])
    const { clock, woken, poll } = setUp((ids) => ids.flatMap((id) => known.get(id) ?? []))
    poll.follow([1, 2, 3], 'p1')
    await clock.advance(seconds(2))
    known.set(2, action(2))
    expect(woken).toEqual([])
    await clock.advance(seconds(1))
    expect(poll.follow([1, 2, 3], 'p1')).toMatchObject([
      { status: 'running' },
      { status: 'running' },
      { status: 'error', error: { code: 'action_not_found', errorClass: 'NotFound' } },
    ])
    expect(woken).toEqual(['p1'])
  })

  it('forgets what nobody asks for any more', async () => {
    const { clock, poll } = setUp((ids) => ids.map((id) => action(id, 'success')))
    poll.follow([1], 'p1')
    await clock.advance(seconds(1))
    expect(poll.follow([1], 'p1')).toHaveLength(1)
    poll.follow([], 'p1')
    await clock.advance(minutes(11))
    expect(poll.follow([1], 'p1')).toBeUndefined()
  })
})

describe('actions of a server', () => {
  it('are known at once after a create, and followed to their end', async () => {
    const lab = createLab()
    lab.start()
    const { account } = await lab.withMarker()
    const { actionIDs } = await account.servers.create(serverBody('p1'), lab.write('p1'))
    expect(actionIDs).toHaveLength(2)
    expect(account.actions.follow(actionIDs, 'p1')).toMatchObject([{ status: 'running' }, { status: 'running' }])
    const calls = await lab.callsOf(() => lab.clock.advance(seconds(15)))
    expect(calls.filter((line) => line === 'GET /actions').length).toBeGreaterThan(5)
    expect(account.actions.follow(actionIDs, 'p1')).toMatchObject([{ status: 'success' }, { status: 'success' }])
    expect(lab.changes.filter((uid) => uid === 'p1').length).toBeGreaterThanOrEqual(2)
    const later = await lab.callsOf(() => lab.clock.advance(seconds(10)))
    expect(later.filter((line) => line === 'GET /actions')).toEqual([])
  })

  it('are found again when their ids were lost', async () => {
    const lab = createLab()
    const { account } = await lab.withMarker()
    const { server, actionIDs } = await account.servers.create(serverBody('p1'), lab.write('p1'))
    const found = await account.actions.ofServer(server.id, lab.signal)
    expect(found.map(({ id }) => id).sort()).toEqual([...actionIDs].sort())
    expect(found).toMatchObject([{ command: 'start_server' }, { command: 'create_server' }])
  })

  it('are followed through another token when the first is revoked', async () => {
    const lab = createLab()
    lab.start()
    const { account, markerID } = await lab.withMarker()
    lab.simulator.control.addToken({ of: tokenA, token: tokenB })
    const other = await lab.opened({ holder: 'p2', token: tokenB, recorded: { markerID } })
    const { actionIDs } = await account.servers.create(serverBody('p1'), lab.write('p1'))
    other.actions.follow(actionIDs, 'p2')
    lab.simulator.control.revokeToken(tokenA)
    await lab.clock.advance(seconds(20))
    expect(other.actions.follow(actionIDs, 'p2')).toMatchObject([{ status: 'success' }, { status: 'success' }])
  })
})
