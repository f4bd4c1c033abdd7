import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Condition, setCondition, setProgress } from '../../src/api/conditions.ts'
import { conditionTypes } from '../../src/api/reasons.ts'
import { tallyConditions } from '../../src/api/tally-conditions.ts'

const base = { message: 'because', observedGeneration: 1 }
const ready = setCondition([], { ...base, type: 'Ready', status: 'True', reason: 'Available' }, 0)
const stalled = setProgress([], { ...base, type: 'Stalled', reason: 'TokenRejected' } as never, 0)

const told = (projects: Parameters<typeof tallyConditions>[0]) =>
  Object.fromEntries(
    tallyConditions(projects)
      .filter(({ count }) => count > 0)
      .map(({ condition, status, count }) => [`${condition}=${status}`, count]),
  )

const anyCondition = fc.record({
  type: fc.oneof(fc.constantFrom(...conditionTypes), fc.string()),
  status: fc.oneof(fc.constantFrom('True', 'False', 'Unknown'), fc.string()),
})
const anyProject = fc.record({
  status: fc.option(fc.record({ conditions: fc.uniqueArray(anyCondition, { selector: ({ type }) => type }) }), {
    nil: undefined,
  }),
})

describe('the tally of conditions', () => {
  it('has every condition in every status, also when there is no Project', () => {
    const counts = tallyConditions([])
    expect(new Set(counts.map(({ condition, status }) => `${condition} ${status}`)).size).toBe(
      conditionTypes.length * 3,
    )
    expect(counts.every(({ count }) => count === 0)).toBe(true)
  })

  it('counts Projects by what their conditions say', () => {
    const unknown = {
      CredentialsReady: 3,
      AddressReady: 3,
      ServerReady: 3,
      WorkloadReady: 3,
      WebhookReady: 3,
      InSync: 3,
    }
    const steps = Object.fromEntries(Object.entries(unknown).map(([type, count]) => [`${type}=Unknown`, count]))
    expect(told([{ status: { conditions: ready } }, { status: { conditions: stalled } }, {}])).toEqual({
      ...steps,
      ...{ 'Ready=True': 1, 'Ready=Unknown': 2 },
      ...{ 'Stalled=True': 1, 'Stalled=False': 2, 'Reconciling=False': 3 },
    })
  })

  it('adds up, for each condition, to the number of Projects, whatever somebody wrote into them', () => {
    fc.assert(
      fc.property(fc.array(anyProject), (projects) => {
        const counts = tallyConditions(projects as { status?: { conditions: Condition[] } }[])
        for (const type of conditionTypes) {
          const ofType = counts.filter(({ condition }) => condition === type)
          expect(ofType.reduce((sum, { count }) => sum + count, 0)).toBe(projects.length)
        }
      }),
    )
  })
})
