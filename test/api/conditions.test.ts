// Conditions: transitions in time, the order of the list, the summary, and the two that exist only while True.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Condition,
  type ConditionUpdate,
  clip,
  getCondition,
  messageLimit,
  removeCondition,
  setCondition,
  setProgress,
  summarizeReady,
  timestamp,
} from '../../src/api/conditions.ts'
import { conditionTypes, reasons, stepConditionTypes } from '../../src/api/reasons.ts'

const start = Date.UTC(2026, 0, 1)
const base = { message: 'because', observedGeneration: 1 }

/** Every statement that the tables allow. */
const updates = Object.entries(reasons).flatMap(([type, byStatus]) =>
  Object.entries(byStatus).flatMap(([status, meanings]) =>
    Object.keys(meanings).map((reason) => ({ ...base, type, status, reason }) as ConditionUpdate),
  ),
)
const anyUpdate = fc.constantFrom(...updates)
const history = fc.array(fc.record({ update: anyUpdate, after: fc.nat(3_600_000) }), { maxLength: 30 })

function replay(steps: readonly { update: ConditionUpdate; after: number }[]) {
  let now = start
  let conditions: Condition[] = []
  for (const { update, after } of steps) {
    now += after
    conditions = setCondition(conditions, update, now)
  }
  return { conditions, now }
}

describe('setCondition', () => {
  it('keeps each type once, in canonical order, whatever came before', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const types = replay(steps).conditions.map(({ type }) => type)
        expect(types).toEqual(conditionTypes.filter((type) => types.includes(type)))
      }),
    )
  })

  it('moves lastTransitionTime exactly when the status moves', () => {
    fc.assert(
      fc.property(history, anyUpdate, (steps, update) => {
        const { conditions, now } = replay(steps)
        const before = getCondition(conditions, update.type)
        const after = getCondition(setCondition(conditions, update, now + 60_000), update.type)
        const moved = before?.status !== update.status
        expect(after?.lastTransitionTime).toBe(moved ? timestamp(now + 60_000) : before?.lastTransitionTime)
      }),
    )
  })

  it('changes nothing the second time, and nothing else the first time', () => {
    fc.assert(
      fc.property(history, anyUpdate, (steps, update) => {
        const { conditions, now } = replay(steps)
        const frozen = structuredClone(conditions)
        const once = setCondition(conditions, update, now)
        expect(setCondition(once, update, now + 60_000)).toEqual(once)
        expect(removeCondition(once, update.type)).toEqual(removeCondition(conditions, update.type))
        expect(conditions).toEqual(frozen)
      }),
    )
  })

  it('takes the new reason, message and generation even when the status stays', () => {
    const creating = setCondition([], { ...base, type: 'ServerReady', status: 'False', reason: 'Creating' }, start)
    const next = {
      type: 'ServerReady',
      status: 'False',
      reason: 'Starting',
      message: 'soon',
      observedGeneration: 2,
    } as const
    expect(setCondition(creating, next, start + 60_000)).toEqual([
      { ...next, lastTransitionTime: '2026-01-01T00:00:00Z' },
    ])
  })

  it('keeps what it does not know, at the end', () => {
    const foreign = {
      ...base,
      type: 'Exotic',
      status: 'True',
      reason: 'Other',
      lastTransitionTime: timestamp(start),
    } as const
    const update = { ...base, type: 'InSync', status: 'True', reason: 'UpToDate' } as const
    expect(setCondition([foreign], update, start).map(({ type }) => type)).toEqual(['InSync', 'Exotic'])
  })

  it('cuts a message that the schema would refuse', () => {
    const update = {
      ...base,
      type: 'InSync',
      status: 'True',
      reason: 'UpToDate',
      message: 'a'.repeat(messageLimit + 1),
    } as const
    expect(setCondition([], update, start)[0]?.message).toHaveLength(messageLimit)
  })
})

describe('clip', () => {
  it('never exceeds the limit, leaves short text alone and never cuts a character in half', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
        const clipped = clip(text, limit)
        expect([...clipped].length).toBeLessThanOrEqual(limit)
        expect(clipped.isWellFormed()).toBe(true)
        if ([...text].length <= limit) expect(clipped).toBe(text)
        else expect(clipped.endsWith('…')).toBe(true)
      }),
    )
  })
})

describe('timestamp', () => {
  it('is RFC 3339 in UTC with whole seconds', () => {
    expect(timestamp(start + 1_999)).toBe('2026-01-01T00:00:01Z')
  })
})

describe('summarizeReady', () => {
  const good = {
    CredentialsReady: 'Verified',
    AddressReady: 'Allocated',
    ServerReady: 'Running',
    WorkloadReady: 'Serving',
    WebhookReady: 'Registered',
  } as const
  const allTrue = () =>
    stepConditionTypes.reduce<Condition[]>(
      (found, type) =>
        setCondition(found, { ...base, type, status: 'True', reason: good[type] } as ConditionUpdate, start),
      [],
    )
  const but = (...changes: ConditionUpdate[]) =>
    changes.reduce((found, change) => setCondition(found, change, start), allTrue())

  it('is True when all five steps are', () => {
    expect(summarizeReady(allTrue())).toEqual({
      type: 'Ready',
      status: 'True',
      reason: 'Available',
      message: 'All steps are done',
    })
  })

  it.each(stepConditionTypes)('is Unknown while %s is missing', (type) => {
    expect(summarizeReady(removeCondition(allTrue(), type))).toMatchObject({
      status: 'Unknown',
      reason: 'Unchecked',
      message: `${type} is not True yet`,
    })
  })

  it('is Unknown with nothing at all', () => {
    expect(summarizeReady([])).toMatchObject({ status: 'Unknown', reason: 'Unchecked' })
  })

  it('repeats reason and message of the first step that is not True', () => {
    const starting = { ...base, type: 'ServerReady', status: 'False', reason: 'Starting', message: 'It boots' } as const
    const waiting = { ...base, type: 'WorkloadReady', status: 'Unknown', reason: 'AwaitingServer' } as const
    expect(summarizeReady(but(waiting, starting))).toEqual({
      type: 'Ready',
      status: 'False',
      reason: 'Starting',
      message: 'It boots',
    })
  })

  it('does not count InSync', () => {
    const drift = { ...base, type: 'InSync', status: 'False', reason: 'DriftReported' } as const
    expect(summarizeReady(but(drift)).status).toBe('True')
  })

  it.each(['BootDegraded', 'ProbeBlocked'] as const)('stays True with %s and carries its warning', (reason) => {
    const warned = { ...base, type: 'WorkloadReady', status: 'True', reason, message: 'Look at it' } as const
    expect(summarizeReady(but(warned))).toMatchObject({ status: 'True', reason: 'Available', message: 'Look at it' })
  })

  it('is True exactly when all are, and False as soon as one is', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const { conditions } = replay(steps)
        const found = stepConditionTypes.map((type) => getCondition(conditions, type)?.status ?? 'Unknown')
        const { status } = summarizeReady(conditions)
        expect(status === 'True').toBe(found.every((one) => one === 'True'))
        expect(status === 'False').toBe(found.includes('False'))
      }),
    )
  })
})

describe('setProgress', () => {
  const reconciling = { ...base, type: 'Reconciling', reason: 'Creating' } as const
  const stalled = { ...base, type: 'Stalled', reason: 'TokenRejected' } as const

  it.each([
    { name: 'Reconciling after nothing', first: undefined, second: reconciling, want: ['Reconciling'] },
    { name: 'Stalled after Reconciling', first: reconciling, second: stalled, want: ['Stalled'] },
    { name: 'Reconciling after Stalled', first: stalled, second: reconciling, want: ['Reconciling'] },
    { name: 'nothing after Stalled', first: stalled, second: undefined, want: [] },
    { name: 'nothing after Reconciling', first: reconciling, second: undefined, want: [] },
  ])('leaves only what holds: $name', ({ first, second, want }) => {
    const conditions = setProgress(setProgress([], first, start), second, start)
    expect(conditions.map(({ type }) => type)).toEqual(want)
    expect(conditions.every(({ status }) => status === 'True')).toBe(true)
  })
})
