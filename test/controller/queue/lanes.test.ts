import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { namespaceOf } from '../../../src/controller/kubernetes-object.ts'
import { createLanes, type Lane, type Lanes, lowShare } from '../../../src/controller/queue/lanes.ts'

function takeAll(lanes: Lanes): string[] {
  const keys: string[] = []
  for (let next = lanes.take(); next !== undefined; next = lanes.take()) keys.push(next.key)
  return keys
}

const numbered = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

describe('two lanes', () => {
  it('hand out a live key at once, however many low ones wait since earlier', () => {
    const lanes = createLanes(namespaceOf)
    for (const key of numbered(10_000, 'a/old-')) lanes.add(key, 'low')
    lanes.take()
    lanes.add('a/new', 'live')
    expect(lanes.take()).toEqual({ key: 'a/new', lane: 'live' })
    expect([lanes.depthOf('live'), lanes.depthOf('low'), lanes.depth]).toEqual([0, 9_999, 9_999])
  })

  it('move a low key up when it gets a live change, and a live key never down', () => {
    const lanes = createLanes(namespaceOf)
    for (const key of ['a/1', 'a/2', 'a/3']) lanes.add(key, 'low')
    expect(lanes.add('a/3', 'live')).toBe(false)
    expect(lanes.add('a/3', 'low')).toBe(false)
    expect([lanes.laneOf('a/3'), lanes.depthOf('low')]).toEqual(['live', 2])
    expect(takeAll(lanes)).toEqual(['a/3', 'a/1', 'a/2'])
  })

  it('do not let the low lane starve while live keys come without end', () => {
    const lanes = createLanes(namespaceOf)
    for (const key of numbered(3, 'a/low-')) lanes.add(key, 'low')
    const taken = numbered(100, 'a/live-').map((key) => {
      lanes.add(key, 'live')
      return lanes.take()?.lane
    })
    expect(taken.flatMap((lane, index) => (lane === 'low' ? [index + 1] : []))).toEqual([16, 32, 48])
    expect(lowShare).toBe(16)
  })

  it('let one with 10,000 keys not delay another with one', () => {
    for (const lane of ['live', 'low'] as const) {
      const lanes = createLanes(namespaceOf)
      for (const key of numbered(10_000, 'large/')) lanes.add(key, lane)
      lanes.add('small/1', lane)
      expect([lanes.take()?.key, lanes.take()?.key]).toEqual(['large/0', 'small/1'])
    }
  })

  it('take turns between namespaces, and keep the order within each', () => {
    const lanes = createLanes(namespaceOf)
    for (const key of ['a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'c/1']) lanes.add(key, 'live')
    lanes.delete('b/1')
    expect(takeAll(lanes)).toEqual(['a/1', 'b/2', 'c/1', 'a/2', 'a/3'])
  })

  it('hand out nothing after they were cleared', () => {
    const lanes = createLanes(namespaceOf)
    lanes.add('a/1', 'live')
    lanes.add('a/2', 'low')
    lanes.clear()
    expect([lanes.take(), lanes.depth, lanes.depthOf('low')]).toEqual([undefined, 0, 0])
    expect(lanes.add('a/1', 'low')).toBe(true)
    expect(lanes.take()).toEqual({ key: 'a/1', lane: 'low' })
  })
})

const command = fc.record({
  kind: fc.constantFrom('add', 'add', 'take', 'delete'),
  key: fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(5)).map(([namespace, name]) => `${namespace}/${name}`),
  lane: fc.constantFrom<Lane>('live', 'low'),
})

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

interface Wait {
  lane: Lane
  /** Handed out since it waits. */
  live: number
  low: number
  /** How many others of its lane may go first; unknown for a key that was not its namespace's first. */
  othersAllowed: number | undefined
}

/** What is promised, beside the lanes and as plainly as possible: every waiting key with what went before it. */
function createDriver() {
  const lanes = createLanes(namespaceOf)
  const waits = new Map<string, Wait>()
  const of = (lane: Lane) => [...waits].filter(([, wait]) => wait.lane === lane)

  function begin(key: string, lane: Lane): void {
    const namespaces = new Set(of(lane).map(([other]) => namespaceOf(other)))
    const isFirst = !namespaces.has(namespaceOf(key))
    waits.set(key, { lane, live: 0, low: 0, othersAllowed: isFirst ? namespaces.size : undefined })
  }

  function taken(key: string, lane: Lane): void {
    const wait = waits.get(key)
    expect(wait?.lane).toBe(lane)
    expect(wait?.[lane]).toBeLessThanOrEqual(wait?.othersAllowed ?? Number.POSITIVE_INFINITY)
    const first = of(lane).find(([other]) => namespaceOf(other) === namespaceOf(key))
    expect(first?.[0]).toBe(key) // a namespace's keys keep their order
    waits.delete(key)
    for (const other of waits.values()) other[lane] += 1
  }

  function checkLanes(): void {
    for (const { lane, live, low } of waits.values()) {
      if (lane === 'live') expect(low).toBeLessThanOrEqual(1 + Math.floor(live / (lowShare - 1)))
      else if (low === 0) expect(live).toBeLessThan(lowShare)
    }
  }

  const run: Record<Command['kind'], (key: string, lane: Lane) => void> = {
    add(key, lane) {
      const known = waits.get(key)
      expect(lanes.add(key, lane)).toBe(known === undefined)
      if (known?.lane === 'low' && lane === 'live') waits.delete(key)
      if (!waits.has(key)) begin(key, lane)
    },
    delete(key) {
      lanes.delete(key)
      waits.delete(key)
    },
    take() {
      const next = lanes.take()
      expect(next === undefined).toBe(waits.size === 0)
      if (next !== undefined) taken(next.key, next.lane)
    },
  }

  return {
    step({ kind, key, lane }: Command) {
      run[kind](key, lane)
      expect([lanes.depthOf('live'), lanes.depthOf('low')]).toEqual([of('live').length, of('low').length])
      checkLanes()
    },
  }
}

describe('two lanes under any sequence of calls', () => {
  const everyTake: Command = { kind: 'take', key: '', lane: 'live' }

  it('give each waiting namespace its turn, keep low keys behind live ones and let neither starve', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 120 }), (commands) => {
        const driver = createDriver()
        for (const next of commands) driver.step(next)
        for (let left = 24; left > 0; left--) driver.step(everyTake)
      }),
      { numRuns: 500 },
    )
  })

  it('do so too while more come than are taken', () => {
    const round = fc.record({ a: fc.nat(5), b: fc.nat(5), low: command })
    fc.assert(
      fc.property(fc.array(round, { minLength: 40, maxLength: 60 }), (rounds) => {
        const driver = createDriver()
        for (const { a, b, low } of rounds) {
          driver.step({ kind: 'add', key: `a/${a}`, lane: 'live' })
          driver.step({ kind: 'add', key: `b/${b}`, lane: 'live' })
          driver.step({ ...low, kind: 'add', lane: 'low' })
          driver.step(everyTake)
        }
      }),
      { numRuns: 100 },
    )
  })
})
