// The order of beginning and ending: told to stop, or without its lease.

import { describe, expect, it } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { live } from '../../src/leadership/life-cycle.ts'
import { fakeClock } from '../support/fake-clock.ts'

function stage(o: { ends?: boolean; starts?: () => Promise<void> } = {}) {
  const clock = fakeClock()
  const done: string[] = []
  const lost = Promise.withResolvers<string>()
  const told = new AbortController()
  const controller = {
    active: o.ends === false ? 1 : 0,
    start: async () => {
      await o.starts?.()
      done.push('started')
    },
    async stop(grace?: number) {
      done.push(`stopped ${grace ?? 'with grace'}`)
      if (o.ends === false && grace === 0) await new Promise(() => {})
    },
  }
  const leadership = {
    lost: lost.promise,
    release: async () => void done.push('released'),
  }
  const deps = { controller, leadership, clock, onWorking: () => void done.push('works') }
  const close = async () => void done.push('closed')
  let end: string | undefined
  const living = live({ ...deps, close }, told.signal).then(
    () => {
      end = 'clean'
    },
    (error) => {
      end = error.message
    },
  )
  const stop = () => told.abort(new Error('SIGTERM'))
  return { clock, done, stop, lose: lost.resolve, living, end: () => end }
}

describe('a process that is told to stop', () => {
  it('ends its work, closes what may still call, and gives the lease back last', async () => {
    const { clock, done, stop, living, end } = stage()
    await clock.advance(0)
    stop()
    await living
    expect(done).toEqual(['started', 'works', 'stopped with grace', 'closed', 'released'])
    expect(end()).toBe('clean')
  })

  it('gives the lease not back while a run goes on that ignores its signal', async () => {
    const { clock, done, stop, living } = stage({ ends: false })
    await clock.advance(0)
    stop()
    await living
    expect(done).toEqual(['started', 'works', 'stopped with grace', 'closed'])
  })

  it('stops as a standby, too', async () => {
    const { done, stop, living, end } = stage({ starts: () => Promise.reject(new Error('stopped')) })
    stop()
    await living
    expect(done).toEqual(['stopped with grace', 'closed', 'released'])
    expect(end()).toBe('clean')
  })
})

describe('a process that loses its lease', () => {
  it('aborts its work at once, and ends with an error', async () => {
    const { clock, done, lose, living, end } = stage()
    await clock.advance(0)
    lose('somebody has taken it')
    await living
    expect(done).toEqual(['started', 'works', 'stopped 0'])
    expect(end()).toBe('Cannot lead any longer: somebody has taken it')
  })

  it('waits at most 5 s for runs that do not end', async () => {
    const { clock, lose, end } = stage({ ends: false })
    await clock.advance(0)
    lose('it has not been renewed in time')
    await clock.advance(seconds(5) - 1)
    expect(end()).toBeUndefined()
    await clock.advance(1)
    expect(end()).toContain('Cannot lead any longer')
  })

  it('is no start that failed', async () => {
    const { living, end } = stage({ starts: () => Promise.reject(new Error('Cannot start controller')) })
    await living
    expect(end()).toBe('Cannot start controller')
  })
})
