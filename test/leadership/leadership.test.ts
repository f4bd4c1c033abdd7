// Who may work: the only process from its start, one of several while it holds the Lease.

import { describe, expect, it, onTestFinished } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { createLeadership } from '../../src/leadership/leadership.ts'
import { createLogger } from '../../src/log.ts'
import { createLeaseWorld, usualTimes } from '../controller/election/lease-world.ts'
import { fakeClock } from '../support/fake-clock.ts'

const signal = new AbortController().signal

async function stage(o: { elects: boolean }) {
  const clock = fakeClock()
  await clock.advance(seconds(3))
  const world = createLeaseWorld(clock)
  const counted: unknown[] = []
  const lines: { level: string; msg: string }[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const log = createLogger({ level: 'info', destination, redact: (text) => text, clock })
  const leadership = createLeadership({
    ...{ clock, random: () => 0.5, log, times: o.elects ? usualTimes : undefined },
    store: () => world.storeFor('us'),
    election: () => ({ leads: (leads) => counted.push(leads), slowPath: () => counted.push('slow path') }),
  })
  onTestFinished(() => leadership.release())
  return { clock, world, lines, counted, leadership }
}

describe('the only process', () => {
  it('leads from its start, and has no lease to ask for', async () => {
    const { clock, world, leadership } = await stage({ elects: false })
    const startedAt = clock.monotonic()
    await leadership.lead(signal)
    await clock.advance(seconds(60))
    await leadership.release()
    expect(leadership.leads).toBe(true)
    expect(leadership.soleSince).toBe(startedAt)
    expect(leadership.fence.allowance()).toBe(seconds(10))
    expect(world.calls).toEqual([])
  })
})

describe('one of several', () => {
  it('may begin nothing until it leads', async () => {
    const { clock, world, leadership } = await stage({ elects: true })
    world.put({ holderIdentity: 'x', leaseDurationSeconds: 15 })
    void leadership.lead(signal)
    await clock.advance(seconds(10))
    expect([leadership.leads, leadership.fence.allowance()]).toEqual([false, 0])
    await clock.advance(seconds(6))
    expect([leadership.leads, leadership.fence.allowance()]).toEqual([true, seconds(10)])
  })

  it('is counted as leading from its begin to its end', async () => {
    const { clock, counted, leadership } = await stage({ elects: true })
    expect(counted).toEqual([])
    await Promise.all([leadership.lead(signal), clock.advance(seconds(1))])
    expect(counted).toEqual([true])
    await leadership.release()
    expect(counted).toEqual([true, false])
  })

  it('tells why it has lost, and may begin nothing any more', async () => {
    const { clock, world, leadership } = await stage({ elects: true })
    await Promise.all([leadership.lead(signal), clock.advance(0)])
    let why: string | undefined
    void leadership.lost.then((reason) => {
      why = reason
    })
    world.put({ holderIdentity: 'thief' })
    await clock.advance(seconds(3))
    expect(why).toBe('"thief" has taken it')
    expect([leadership.leads, leadership.fence.allowance()]).toEqual([false, 0])
  })

  it('may begin nothing while it gives the lease back', async () => {
    const { clock, world, leadership } = await stage({ elects: true })
    await Promise.all([leadership.lead(signal), clock.advance(0)])
    let allowed: number | undefined
    world.weather = () => {
      allowed = leadership.fence.allowance()
      return 'pass'
    }
    await leadership.release()
    expect(allowed).toBe(0)
    expect(world.spec?.['holderIdentity']).toBe('')
  })

  it('says what it does, and what makes no sense in the Lease', async () => {
    const { clock, world, lines, leadership } = await stage({ elects: true })
    world.put({ holderIdentity: 'x', leaseDurationSeconds: -1 })
    await Promise.all([leadership.lead(signal), clock.advance(seconds(16))])
    await leadership.release()
    expect(lines.map(({ level, msg }) => `${level}: ${msg}`)).toEqual([
      'info: Botyard stands by',
      'warn: The Lease makes no sense: its duration is not a number of seconds; ours is taken',
      'info: Botyard leads',
      'info: The Lease has been given back',
    ])
  })
})
