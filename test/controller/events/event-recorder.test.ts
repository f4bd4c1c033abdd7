import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createEventRecorder,
  type EventOutcome,
  type EventRecorderDeps,
  type EventSink,
} from '../../../src/controller/events/event-recorder.ts'
import type { RecordedEvent, StoredEvent } from '../../../src/controller/events/event-series.ts'
import { fakeClock } from '../../support/fake-clock.ts'

const minute = 60_000

const eventOf = (more: Partial<RecordedEvent> & { uid?: string } = {}): RecordedEvent => ({
  regarding: { apiVersion: 'v1', kind: 'Thing', namespace: 'shop', name: 'echo', uid: more.uid ?? 'u' },
  type: 'Normal',
  reason: 'Made',
  action: 'Make',
  note: 'It was made.',
  ...more,
})

/** A cluster that keeps what it is sent, and answers as the test says. */
function setUp(deps: Partial<EventRecorderDeps> & { answers?: Partial<EventSink> } = {}) {
  const clock = fakeClock()
  const calls: { verb: 'create' | 'count'; event: StoredEvent }[] = []
  const outcomes: EventOutcome[] = []
  const errors: unknown[] = []
  const sink: EventSink = {
    async create(event, signal) {
      calls.push({ verb: 'create', event })
      return (await deps.answers?.create?.(event, signal)) ?? 'written'
    },
    async updateCount(event, signal) {
      calls.push({ verb: 'count', event })
      return (await deps.answers?.updateCount?.(event, signal)) ?? 'written'
    },
  }
  const recorder = createEventRecorder({
    sink,
    clock,
    random: () => 0.5,
    redact: (text) => text.replaceAll('hunter2', '[redacted]'),
    onOutcome: (outcome) => outcomes.push(outcome),
    onError: (error) => errors.push(error),
    ...deps,
  })
  const said = () => calls.map(({ verb, event }) => `${verb} ${event.reason} ${event.count}`)
  return { clock, recorder, calls, outcomes, errors, said }
}

const never = () => new Promise<never>(() => {})
const failing = (count: number, error: unknown = new Error('no answer')) => {
  let failures = 0
  return async () => {
    if (failures++ < count) throw error
    return 'written' as const
  }
}

describe('an event recorder', () => {
  it('creates an event, in the order of the records', async () => {
    const { clock, recorder, calls, outcomes, said } = setUp()
    recorder.record(eventOf({ reason: 'Made' }))
    recorder.record(eventOf({ reason: 'Gone', type: 'Warning' }))
    expect(calls).toEqual([]) // nothing happens while its caller runs
    await clock.advance(0)
    expect(said()).toEqual(['create Made 1', 'create Gone 1'])
    expect(outcomes).toEqual(['created', 'created'])
    expect(calls[0]?.event).toMatchObject({ ...eventOf(), firstAt: clock.now(), lastAt: clock.now() })
    expect(calls[0]?.event.serial).toMatch(/^[0-9a-f]+$/)
  })

  it('raises the count of the same object, reason, type and note within 6 minutes of the last one', async () => {
    const { clock, recorder, calls, said } = setUp()
    for (const wait of [0, 5 * minute, 6 * minute - 1]) {
      await clock.advance(wait)
      recorder.record(eventOf())
      await clock.advance(0)
    }
    expect(said()).toEqual(['create Made 1', 'count Made 2', 'count Made 3'])
    const [first, , last] = calls
    expect(last?.event).toMatchObject({ serial: first?.event.serial, firstAt: first?.event.firstAt })
    expect(last?.event.lastAt).toBe(clock.now())
  })

  it('begins anew after 6 minutes of silence', async () => {
    const { clock, recorder, calls, said } = setUp()
    recorder.record(eventOf())
    await clock.advance(6 * minute)
    recorder.record(eventOf())
    await clock.advance(0)
    expect(said()).toEqual(['create Made 1', 'create Made 1'])
    expect(calls[0]?.event.serial).not.toBe(calls[1]?.event.serial)
  })

  it.each([
    { what: 'object', other: { uid: 'other' } },
    { what: 'reason', other: { reason: 'Other' } },
    { what: 'type', other: { type: 'Warning' as const } },
    { what: 'note', other: { note: 'other' } },
  ])('tells what differs in its $what by itself', async ({ other }) => {
    const { clock, recorder, calls } = setUp()
    recorder.record(eventOf())
    recorder.record(eventOf(other))
    await clock.advance(0)
    expect(calls.map(({ verb }) => verb)).toEqual(['create', 'create'])
  })

  it('counts what comes again while it still waits, in one write', async () => {
    const { clock, recorder, said, outcomes } = setUp()
    for (let count = 0; count < 7; count++) recorder.record(eventOf())
    await clock.advance(0)
    expect(said()).toEqual(['create Made 7'])
    expect(outcomes).toEqual(['created'])
  })

  it('creates anew, with its count, when the patch finds that the event is gone (404)', async () => {
    const { clock, recorder, said, outcomes } = setUp({ answers: { updateCount: async () => 'gone' } })
    recorder.record(eventOf())
    await clock.advance(1)
    recorder.record(eventOf())
    await clock.advance(1)
    expect(said()).toEqual(['create Made 1', 'count Made 2', 'create Made 2'])
    expect(outcomes).toEqual(['created', 'created'])
  })

  it('drops at once, and counts, what is refused, as in a namespace that is terminating (403)', async () => {
    const { clock, recorder, said, outcomes, errors } = setUp({ answers: { create: async () => 'refused' } })
    recorder.record(eventOf())
    recorder.record(eventOf({ reason: 'Other' }))
    await clock.advance(minute)
    expect(said()).toEqual(['create Made 1', 'create Other 1'])
    expect(outcomes).toEqual(['refused', 'refused'])
    expect(errors).toEqual([])
  })

  it('counts nothing towards an event that was never written', async () => {
    let answer: 'refused' | 'written' = 'refused'
    const { clock, recorder, said } = setUp({ answers: { create: async () => answer } })
    recorder.record(eventOf())
    await clock.advance(1)
    answer = 'written'
    recorder.record(eventOf())
    await clock.advance(1)
    expect(said()).toEqual(['create Made 1', 'create Made 1'])
  })

  it('gives each object 25 events, then one in 300 s, and drops and counts the rest', async () => {
    const { clock, recorder, calls, outcomes } = setUp()
    const tell = async (uid: string) => {
      recorder.record(eventOf({ uid, note: `${outcomes.length}` }))
      await clock.advance(0)
    }
    for (let index = 0; index < 30; index++) await tell('loud')
    expect(calls).toHaveLength(25)
    expect(outcomes.filter((outcome) => outcome === 'over_budget')).toHaveLength(5)
    await tell('quiet')
    expect(calls).toHaveLength(26)
    await clock.advance(300_000 - 1)
    await tell('loud')
    expect(calls).toHaveLength(26)
    await clock.advance(1)
    await tell('loud')
    await tell('loud')
    expect(calls).toHaveLength(27)
  })

  it('loses no part of 300 s between two events', async () => {
    const { clock, recorder, calls } = setUp()
    const tell = async () => {
      recorder.record(eventOf({ note: `${clock.monotonic()} ${calls.length}` }))
      await clock.advance(0)
    }
    for (let index = 0; index < 25; index++) await tell()
    await clock.advance(450_000)
    await tell()
    await clock.advance(150_000)
    await tell()
    expect(calls).toHaveLength(27)
  })

  it('never lets an object write more than 25 events and one more for each 300 s since the first', async () => {
    const steps = fc.array(fc.record({ wait: fc.nat(400_000), note: fc.nat(3) }), { maxLength: 120 })
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const { clock, recorder, calls } = setUp()
        for (const { wait, note } of list) {
          await clock.advance(wait)
          recorder.record(eventOf({ note: `${note}` }))
        }
        await clock.advance(0)
        expect(calls.length).toBeLessThanOrEqual(25 + Math.floor(clock.monotonic() / 300_000))
      }),
      { numRuns: 30 },
    )
  })

  it('still knows how often what went over the budget has happened', async () => {
    const { clock, recorder, calls } = setUp()
    for (let index = 0; index < 40; index++) {
      recorder.record(eventOf())
      await clock.advance(1)
    }
    expect(calls.at(-1)?.event.count).toBe(25)
    await clock.advance(5 * minute)
    recorder.record(eventOf())
    await clock.advance(0)
    expect(calls.at(-1)?.event.count).toBe(41)
  })

  it('bounds its queue: what finds it full is dropped and counted, and nobody waits', async () => {
    const { clock, recorder, calls, outcomes } = setUp({ answers: { create: never }, queueLimit: 3 })
    recorder.record(eventOf({ uid: 'on its way' }))
    await clock.advance(0)
    for (let index = 0; index < 5; index++) recorder.record(eventOf({ uid: `${index}` }))
    await clock.advance(0)
    expect(calls).toHaveLength(1)
    expect(outcomes).toEqual(['queue_full', 'queue_full'])
  })

  it('tries again, ever more slowly, while the API server does not answer, with the same serial', async () => {
    const { clock, recorder, calls, outcomes, errors } = setUp({ answers: { create: failing(3) } })
    recorder.record(eventOf())
    await clock.advance(0)
    expect(calls).toHaveLength(1)
    await clock.advance(20_000)
    expect(calls).toHaveLength(4)
    expect(new Set(calls.map(({ event }) => event.serial)).size).toBe(1)
    expect(outcomes).toEqual(['created'])
    expect(errors).toHaveLength(3)
  })

  it('waits as long as the API server says', async () => {
    const busy = Object.assign(new Error('too many'), { retryAfter: 30_000 })
    const { clock, recorder, calls } = setUp({ answers: { create: failing(1, busy) } })
    recorder.record(eventOf())
    await clock.advance(29_999)
    expect(calls).toHaveLength(1)
    await clock.advance(1)
    expect(calls).toHaveLength(2)
  })

  it('gives up after five tries, counts it, and goes on with the next event', async () => {
    const { clock, recorder, said, outcomes } = setUp({ answers: { create: failing(5) } })
    recorder.record(eventOf({ reason: 'First' }))
    recorder.record(eventOf({ reason: 'Next' }))
    await clock.advance(minute)
    expect(said()).toEqual([...Array(5).fill('create First 1'), 'create Next 1'])
    expect(outcomes).toEqual(['failed', 'created'])
  })

  it('never throws at whoever records, also when the redaction gate does', () => {
    const redact = () => {
      throw new Error('broken gate')
    }
    const { recorder, errors, calls } = setUp({ redact })
    expect(() => recorder.record(eventOf())).not.toThrow()
    expect(errors).toEqual([new Error('broken gate')])
    expect(calls).toEqual([])
  })

  it('lets no secret into a note (R9)', async () => {
    const { clock, recorder, calls } = setUp()
    recorder.record(eventOf({ note: 'The token hunter2 was refused.' }))
    await clock.advance(0)
    expect(calls[0]?.event.note).toBe('The token [redacted] was refused.')
  })

  it('writes what waits when it is stopped, and takes nothing more', async () => {
    const { recorder, said, outcomes } = setUp()
    recorder.record(eventOf())
    const stopped = recorder.stop(1_000)
    recorder.record(eventOf({ reason: 'Late' }))
    await stopped
    expect(said()).toEqual(['create Made 1'])
    expect(outcomes).toEqual(['stopped', 'created'])
  })

  it('stops in time while the API server is silent', async () => {
    const aborted = (_event: StoredEvent, signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const { clock, recorder, outcomes, errors } = setUp({ answers: { create: aborted } })
    recorder.record(eventOf())
    recorder.record(eventOf({ reason: 'Other' }))
    const stopped = recorder.stop(1_000)
    await clock.advance(1_000)
    await stopped
    expect(outcomes).toEqual(['stopped', 'stopped'])
    expect(errors).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('forgets what was told long ago: 10,000 different events leave no more than 4,096', async () => {
    const { clock, recorder, calls } = setUp({ queueLimit: 20_000 })
    for (let index = 0; index < 10_000; index++) recorder.record(eventOf({ uid: `${index}` }))
    await clock.advance(0)
    expect(calls).toHaveLength(10_000)
    recorder.record(eventOf({ uid: '9999' }))
    recorder.record(eventOf({ uid: '0' }))
    await clock.advance(0)
    expect(calls.slice(-2).map(({ verb }) => verb)).toEqual(['count', 'create'])
  })
})
