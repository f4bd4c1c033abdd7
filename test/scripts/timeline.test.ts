import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { changedLines, conditionTable } from '../../scripts/demo/condition-table.ts'
import { advance, type Condition, type Timeline } from '../../scripts/demo/timeline.ts'

const project = (conditions: Partial<Condition>[] | undefined, summary?: string): KubeObject => ({
  apiVersion: 'botyard.dev/v1alpha1',
  kind: 'Project',
  metadata: { namespace: 'demo', name: 'echo' },
  ...(conditions && { status: { conditions, summary } }),
})
const seen = (...steps: [at: number, conditions: Partial<Condition>[] | undefined][]): Timeline | undefined =>
  steps.reduce<Timeline | undefined>(
    (before, [at, conditions]) => advance(before, { type: 'MODIFIED', object: project(conditions) }, at),
    undefined,
  )

const yes = (type: string) => ({ type, status: 'True' as const, reason: 'Yes' })
const no = (type: string) => ({ type, status: 'False' as const, reason: 'No' })

describe('a timeline', () => {
  it('has no conditions until an event shows some', () => {
    expect(seen([1, undefined])?.conditionsAt).toBeUndefined()
    expect(seen([1, undefined], [2, [no('Ready')]], [3, [no('Ready')]])?.conditionsAt).toBe(2)
  })

  it('tells since when a condition holds, and forgets it when it no longer does', () => {
    expect(seen([1, [yes('A')]], [2, [yes('A'), yes('B')]])?.trueSince).toEqual({ A: 1, B: 2 })
    expect(seen([1, [yes('A')]], [2, [no('A')]])?.trueSince).toEqual({})
    expect(seen([1, [yes('A')]], [2, [no('A')]], [3, [yes('A')]])?.trueSince).toEqual({ A: 3 })
  })

  it('keeps when Ready was reached first', () => {
    expect(seen([1, [no('Ready')]])?.readyAt).toBeUndefined()
    expect(seen([1, [yes('Ready')]], [2, [no('Ready')]], [3, [yes('Ready')]])?.readyAt).toBe(1)
  })

  it('tells when the object went', () => {
    const before = seen([1, [yes('Ready')]])
    const after = advance(before, { type: 'DELETED', object: project([yes('Ready')]) }, 9)
    expect(after).toMatchObject({ goneAt: 9, readyAt: 1 })
  })
})

const paint = (_: string, text: string) => text

describe('the table of conditions', () => {
  it('always has as many lines', () => {
    const heights = [
      seen([0, undefined]),
      seen([0, [no('Ready')]]),
      seen([0, [yes('InSync'), yes('Reconciling')]]),
    ].map((timeline) => timeline && conditionTable({ timeline, since: 0, now: 1, paint }).length)
    expect(new Set(heights).size).toBe(1)
  })

  it('tells when each came true, and nothing where none did', () => {
    const timeline = seen([0, [no('ServerReady')]], [5_500, [yes('ServerReady'), no('Ready')]]) as Timeline
    const table = conditionTable({ timeline, since: 0, now: 9_000, paint })
    expect(table.find((line) => line.includes('ServerReady'))).toBe('   5.5 s  ServerReady       True     Yes')
    expect(table.find((line) => line.includes(' Ready '))).toBe('          Ready             False    No')
  })
})

describe('lines about what changed', () => {
  const linesFrom = (before: KubeObject | undefined, after: KubeObject) =>
    changedLines(before, { timeline: { project: after, trueSince: {} }, since: 0, now: 2_000, paint })

  it('tell a condition once per status and reason', () => {
    const other = { ...no('Ready'), reason: 'Other' }
    expect(linesFrom(undefined, project([no('Ready')], 'x'))).toEqual([
      '   2.0 s  Ready             False    No',
      '   2.0 s  x',
    ])
    expect(linesFrom(project([no('Ready')], 'x'), project([no('Ready')], 'x'))).toEqual([])
    expect(linesFrom(project([no('Ready')], 'x'), project([other], 'x'))).toHaveLength(1)
    expect(linesFrom(project([no('Ready')], 'x'), project([no('Ready')], 'y'))).toEqual(['   2.0 s  y'])
  })

  it('leave out what comes and goes', () => {
    expect(linesFrom(undefined, project([yes('Reconciling')]))).toEqual([])
  })
})
