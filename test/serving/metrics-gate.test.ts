import { describe, expect, it } from 'vitest'
import { createMetricsGate } from '../../src/serving/metrics-gate.ts'
import { fakeClock } from '../support/fake-clock.ts'

interface World {
  /** Who holds a token. */
  holders: Record<string, string>
  readers: string[]
  isDown: boolean
}

function setUp(change: Partial<World> = {}) {
  const clock = fakeClock()
  const world: World = {
    holders: { good: 'prometheus', curious: 'somebody' },
    readers: ['prometheus'],
    isDown: false,
    ...change,
  }
  const asked: string[] = []
  const errors: unknown[] = []
  const reviews = {
    async whoIs(token: string) {
      asked.push(`who is ${token}`)
      if (world.isDown) throw new Error('no answer')
      const username = world.holders[token]
      return username === undefined ? undefined : { username }
    },
    async mayGet({ username }: { username: string }, path: string) {
      asked.push(`may ${username} get ${path}`)
      return world.readers.includes(username)
    },
  }
  const gate = createMetricsGate({ reviews, clock, onError: (error) => errors.push(error) })
  const judge = async (token: string) => (await gate.judge(`Bearer ${token}`)).kind
  return { clock, world, asked, errors, gate, judge }
}

describe('the gate of /metrics', () => {
  it('admits whom the cluster lets get the path', async () => {
    const { judge, asked } = setUp()
    expect(await judge('good')).toBe('admitted')
    expect(asked).toEqual(['who is good', 'may prometheus get /metrics'])
  })

  it('knows nobody by a token that the cluster does not know, and asks no further', async () => {
    const { judge, asked } = setUp()
    expect(await judge('stale')).toBe('unknown')
    expect(asked).toEqual(['who is stale'])
  })

  it('forbids whoever may not get the path, by name', async () => {
    const { gate } = setUp()
    expect(await gate.judge('Bearer curious')).toEqual({ kind: 'forbidden', username: 'somebody' })
  })

  it.each([
    undefined,
    '',
    'good',
    'Basic Z29vZA==',
    'Bearer',
    'Bearer a b',
    'Bearer \u00e4',
    `Bearer ${'x'.repeat(20_000)}`,
  ])('asks nobody about what is no bearer token: %#', async (authorization) => {
    const { gate, asked } = setUp()
    expect(await gate.judge(authorization)).toEqual({ kind: 'unknown' })
    expect(asked).toEqual([])
  })

  it('takes the scheme in any case, as HTTP does', async () => {
    expect(await setUp().gate.judge('bearer good')).toEqual({ kind: 'admitted' })
  })

  it('remembers a minute long whom it has admitted', async () => {
    const { clock, judge, asked, world } = setUp()
    await judge('good')
    world.readers = []
    await clock.advance(59_999)
    expect([await judge('good'), asked.length]).toEqual(['admitted', 2])
    await clock.advance(1)
    expect([await judge('good'), asked.length]).toEqual(['forbidden', 4])
  })

  it('remembers five seconds long whom it has not: a right that was just granted counts soon', async () => {
    const { clock, judge, asked, world } = setUp({ readers: [] })
    await judge('good')
    world.readers = ['prometheus']
    await clock.advance(4_999)
    expect([await judge('good'), asked.length]).toEqual(['forbidden', 2])
    await clock.advance(1)
    expect(await judge('good')).toBe('admitted')
  })

  it('asks once for many at once', async () => {
    const { judge, asked } = setUp()
    expect(await Promise.all(Array.from({ length: 20 }, () => judge('good')))).toEqual(Array(20).fill('admitted'))
    expect(asked).toHaveLength(2)
  })

  it('asks about eight tokens at once at most, so that guessing does not burden the API server', async () => {
    const { judge, asked } = setUp()
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => judge(`guess-${index}`)))
    expect(answers.filter((kind) => kind === 'unavailable')).toHaveLength(12)
    expect(asked).toHaveLength(8)
  })

  it('remembers 256 tokens at most', async () => {
    const { judge, asked } = setUp()
    await judge('good')
    for (let index = 0; index < 256; index++) await judge(`guess-${index}`)
    asked.length = 0
    await judge('good')
    expect(asked).toHaveLength(2)
  })

  it('says that it cannot say while the API server does not answer, and remembers nothing of it', async () => {
    const { judge, world, errors } = setUp({ isDown: true })
    expect(await judge('good')).toBe('unavailable')
    expect(errors).toEqual([new Error('no answer')])
    world.isDown = false
    expect(await judge('good')).toBe('admitted')
  })
})
