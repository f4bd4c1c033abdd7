// The leader election of kubernetes-runtime §3.2, edge case by edge case, on a clock that the test turns.

import { describe, expect, it, onTestFinished } from 'vitest'
import { fakeClock } from '../../support/fake-clock.ts'
import { type Contender, contender, createLeaseWorld, type Weather } from './lease-world.ts'

function start(...identities: string[]) {
  const clock = fakeClock()
  const world = createLeaseWorld(clock)
  const contenders: Contender[] = []
  const join = (identity: string, o: Partial<Parameters<typeof contender>[1]> = {}) => {
    const joined = contender(world, { identity, clock, ...o })
    contenders.push(joined)
    return joined
  }
  onTestFinished(async () => {
    await Promise.all(contenders.map((each) => each.stop()))
    expect(clock.pending).toBe(0)
  })
  return { clock, world, join, contenders: identities.map((identity) => join(identity)) }
}

/** Who has led, as far as anybody could tell, at every 10 ms of so much time; fails when two did at once. */
async function watchOver(o: ReturnType<typeof start>, duration: number): Promise<string[]> {
  const seen: string[] = []
  for (let time = 0; time < duration; time += 10) {
    await o.clock.advance(10)
    const leaders = o.contenders.filter((each) => each.leads())
    expect(leaders.length).toBeLessThanOrEqual(1)
    const name = leaders.length === 1 ? `${o.contenders.indexOf(leaders[0] as Contender)}` : '-'
    if (seen.at(-1) !== name) seen.push(name)
  }
  return seen
}

/** The one weather for a process, or for all. */
const weather = (o: ReturnType<typeof start>, kind: Weather, by?: string) => {
  o.world.weather = (call) => (by === undefined || call.by === by ? kind : 'pass')
}

describe('the first leader', () => {
  it('creates the Lease, with six-digit times as strings', async () => {
    const { clock, world, join } = start()
    const a = join('a')
    await clock.advance(0)
    expect(a.elector.state.kind).toBe('leading')
    const time = '2026-01-01T00:00:00.000000Z'
    expect(world.spec).toEqual({
      ...{ holderIdentity: 'a', leaseDurationSeconds: 15, acquireTime: time, renewTime: time, leaseTransitions: 0 },
    })
  })

  it('create race: one wins, the other follows', async () => {
    const run = start('a', 'b')
    expect(await watchOver(run, 30_000)).toEqual(['0'])
    expect(run.world.calls.filter(({ verb }) => verb === 'create').map(({ outcome }) => outcome)).toEqual([
      'done',
      'exists',
    ])
  })

  it('renews every two seconds without a read, by the version of its own last write', async () => {
    const { clock, world, join } = start()
    join('a')
    await clock.advance(60_000)
    expect(world.calls.map(({ verb }) => verb)).toEqual(['get', 'create', ...Array(30).fill('update')])
    expect(world.calls.slice(1).map(({ at }) => at)).toEqual([
      0,
      ...Array.from({ length: 30 }, (_, n) => (n + 1) * 2_000),
    ])
  })

  it('leaseTransitions + 1 only on change', async () => {
    const { clock, world, join } = start()
    const a = join('a')
    await clock.advance(20_000)
    expect(world.spec?.['leaseTransitions']).toBe(0)
    const acquired = world.spec?.['acquireTime']
    await a.stop()
    await a.elector.release()
    expect(world.spec?.['leaseTransitions']).toBe(0)
    join('b')
    await clock.advance(10_000)
    expect(world.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 })
    expect(world.spec?.['acquireTime']).not.toBe(acquired)
  })
})

describe('a standby', () => {
  it('holder vanished = takeover after one full lease, and not later than one look and a tenth of a second', async () => {
    const { clock, world, join } = start()
    const a = join('a')
    await clock.advance(7_000)
    const b = join('b')
    await clock.advance(3_500)
    await a.stop()
    const diedAt = world.writes('a').at(-1)?.at as number
    await clock.advance(30_000)
    expect(b.leads()).toBe(true)
    const tookAt = world.writes('b')[0]?.at as number
    expect(tookAt - diedAt).toBeGreaterThanOrEqual(15_000)
    expect(tookAt - diedAt).toBeLessThanOrEqual(15_000 + 2_400 + 100)
  })

  it('does not trust the time of a record that it sees for the first time', async () => {
    const { clock, world, join } = start()
    // By its own words it has run out long ago.
    world.put({ holderIdentity: 'x', leaseDurationSeconds: 15, renewTime: '2020-01-01T00:00:00.000000Z' })
    const a = join('a')
    await clock.advance(14_900)
    expect(a.leads()).toBe(false)
    await clock.advance(300)
    expect(a.leads()).toBe(true)
  })

  it('a label on the Lease is no renewal', async () => {
    const { clock, world, join } = start()
    world.put({ holderIdentity: 'x', leaseDurationSeconds: 15 })
    const a = join('a')
    for (let second = 0; second < 16; second++) {
      await clock.advance(1_000)
      world.label()
    }
    expect(a.leads()).toBe(true)
  })

  it('waits as long as the holder has said, not as long as it would itself', async () => {
    const { clock, world, join } = start()
    world.put({ holderIdentity: 'x', leaseDurationSeconds: 40 })
    const a = join('a')
    await clock.advance(39_900)
    expect(a.leads()).toBe(false)
    await clock.advance(300)
    expect(a.leads()).toBe(true)
  })

  it('takes a Lease over that was given back, with its next look', async () => {
    const { clock, join } = start()
    const a = join('a')
    const b = join('b')
    await clock.advance(5_000)
    await a.stop()
    await a.elector.release()
    await clock.advance(2_400)
    expect(b.leads()).toBe(true)
  })

  it('leads when its own write has succeeded and the answer was lost', async () => {
    const run = start('a')
    weather(run, 'lost')
    await run.clock.advance(3_400)
    weather(run, 'pass')
    await run.clock.advance(3_000)
    expect(run.contenders[0]?.leads()).toBe(true)
    expect(run.world.spec?.['leaseTransitions']).toBe(0)
  })

  it('goes on through calls that fail, hang, or are deaf to their abort', async () => {
    for (const kind of ['fail', 'hang', 'deaf'] as const) {
      const run = start('a')
      weather(run, kind)
      await run.clock.advance(60_000)
      expect(run.contenders[0]?.kinds()).toContain('failed')
      weather(run, 'pass')
      await run.clock.advance(6_000)
      expect(run.contenders[0]?.leads()).toBe(true)
    }
  })
})

describe('a leader', () => {
  /** `age`: how old the last renewal is when the API server goes down. */
  async function outage(o: { lasts: number; kind: Weather }) {
    const run = start('a')
    await run.clock.advance(10_000)
    weather(run, o.kind)
    await run.clock.advance(o.lasts)
    weather(run, 'pass')
    await run.clock.advance(6_000)
    return run
  }

  it.each(['fail', 'hang', 'deaf', 'lost'] as const)('API down 9 s: keeps the lease (calls %s)', async (kind) => {
    const run = await outage({ lasts: 9_000, kind })
    expect(run.contenders[0]?.leads()).toBe(true)
    expect(run.contenders[0]?.kinds()).not.toContain('lost')
  })

  it.each(['fail', 'hang', 'deaf'] as const)('API down 11 s: loses it, at the deadline (calls %s)', async (kind) => {
    const run = await outage({ lasts: 11_000, kind })
    expect(run.contenders[0]?.end()).toBe('lost')
    expect(run.contenders[0]?.events.at(-1)).toEqual({ kind: 'lost', why: 'it has not been renewed in time' })
  })

  it('begins no call after the deadline', async () => {
    const run = await outage({ lasts: 60_000, kind: 'fail' })
    expect(Math.max(...run.world.calls.map(({ at }) => at))).toBeLessThan(20_000)
    for (const { at, timeout } of run.world.calls.filter((call) => call.at >= 10_000))
      expect(at + timeout).toBeLessThanOrEqual(20_000)
  })

  it('409 on renew: goes on when the Lease is still its own', async () => {
    const { clock, world, join } = start()
    const a = join('a')
    await clock.advance(5_000)
    world.label()
    await clock.advance(1_500)
    expect(a.kinds()).toEqual(['leading', 'overtaken'])
    expect(a.leads()).toBe(true)
    expect(world.calls.slice(-3).map(({ verb, outcome }) => `${verb} ${outcome}`)).toEqual([
      'update conflict',
      'get done',
      'update done',
    ])
  })

  it('409 on renew: loses the lease when somebody else has taken it', async () => {
    const { clock, world, join } = start()
    const a = join('a')
    await clock.advance(5_000)
    world.put({ holderIdentity: 'thief', leaseDurationSeconds: 15 })
    await clock.advance(1_500)
    expect(a.end()).toBe('lost')
    expect(a.events.at(-1)).toEqual({ kind: 'lost', why: '"thief" has taken it' })
    expect(world.spec?.['holderIdentity']).toBe('thief')
  })

  it('writes a Lease anew that was deleted, if nobody else was faster', async () => {
    const run = start('a')
    await run.clock.advance(5_000)
    run.world.remove()
    expect(await watchOver(run, 20_000)).toEqual(['0'])
    expect(run.world.spec).toMatchObject({ holderIdentity: 'a' })
  })

  it('old holder returns from a pause: it has lost, and begins no call', async () => {
    const { clock, world, join } = start()
    let paused = 0
    // Its timers are late by as much as it was stopped; here they fire when everybody else's do.
    const own = { ...clock, monotonic: () => clock.monotonic() + paused }
    const a = join('a', { clock: own })
    await clock.advance(5_000)
    const before = world.calls.length
    paused = 20_000
    await clock.advance(2_000)
    expect(a.end()).toBe('lost')
    expect(world.calls.length).toBe(before)
  })

  it('returns from a pause in the middle of a renewal: the answer of before it does not count', async () => {
    const { clock, world, join } = start()
    let paused = 0
    const own = { ...clock, monotonic: () => clock.monotonic() + paused }
    const a = join('a', { clock: own })
    await clock.advance(5_000)
    world.weather = () => {
      paused = 12_000
      return 'pass'
    }
    await clock.advance(1_500)
    expect(a.leads()).toBe(false)
    expect(a.end()).toBe('lost')
  })

  it('sees no jump of the wall clock', async () => {
    const { clock, world, join } = start()
    let skew = 0
    const a = join('a', { clock: { ...clock, now: () => clock.now() + skew } })
    const b = join('b', { clock: { ...clock, now: () => clock.now() - skew } })
    for (const jump of [600_000, -600_000, 3_600_000]) {
      skew = jump
      await clock.advance(20_000)
      expect([a.leads(), b.leads()]).toEqual([true, false])
    }
    expect(world.writes('b').filter(({ outcome }) => outcome === 'done')).toEqual([])
  })

  it('is not held up by a log that fails', async () => {
    const { clock, join } = start()
    const tell = () => {
      throw new Error('disk full')
    }
    const a = join('a', { tell })
    await clock.advance(20_000)
    expect(a.leads()).toBe(true)
  })
})

describe('giving back', () => {
  it('leaves nobody as holder, for one second', async () => {
    const { clock, world, join } = start()
    const a = join('a')
    await clock.advance(5_000)
    await a.stop()
    await a.elector.release()
    expect(world.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 })
    expect(a.elector.state.kind).toBe('following')
    expect(a.kinds().at(-1)).toBe('released')
  })

  it('conflict while releasing: tries once more when it is still its own', async () => {
    const { clock, world, join } = start()
    const a = join('a')
    await clock.advance(5_000)
    await a.stop()
    world.label()
    await a.elector.release()
    expect(world.spec?.['holderIdentity']).toBe('')
  })

  it('conflict while releasing: leaves alone what somebody else has taken', async () => {
    const { clock, world, join } = start()
    const a = join('a')
    await clock.advance(5_000)
    await a.stop()
    world.put({ holderIdentity: 'b', leaseDurationSeconds: 15 })
    await a.elector.release()
    expect(world.spec?.['holderIdentity']).toBe('b')
    expect(a.kinds()).not.toContain('released')
  })

  it('is also done when the stop came between the write that won and its answer', async () => {
    const run = start('a')
    weather(run, 'lost')
    run.world.weather = ({ verb }) => (verb === 'create' ? 'lost' : 'pass')
    await run.clock.advance(100)
    expect(run.world.spec?.['holderIdentity']).toBe('a')
    await run.contenders[0]?.stop()
    await run.contenders[0]?.elector.release()
    expect(run.world.spec?.['holderIdentity']).toBe('')
  })

  it('writes nothing when the process never contended with success, or has lost', async () => {
    const { clock, world, join } = start()
    world.put({ holderIdentity: 'x', leaseDurationSeconds: 15 })
    const a = join('a')
    await clock.advance(1_000)
    await a.stop()
    await a.elector.release()
    expect(world.writes()).toEqual([])
  })

  it('gives up, and says so, when the API server does not answer', async () => {
    const run = start('a')
    await run.clock.advance(5_000)
    weather(run, 'deaf')
    const [a] = run.contenders
    await a?.stop()
    const released = a?.elector.release()
    await run.clock.advance(4_000)
    await released
    expect(a?.kinds().at(-1)).toBe('failed')
  })
})
