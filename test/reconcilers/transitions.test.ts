import { describe, expect, it } from 'vitest'
import type { ProjectStatus } from '../../src/api/project.ts'
import { transitionsBetween } from '../../src/reconcilers/transitions.ts'

/** Conditions as `Ready True Available`. */
const statusOf = (...conditions: string[]): ProjectStatus => ({
  observedGeneration: 1,
  summary: '@echo answers.',
  conditions: conditions.map((text) => {
    const [type = '', status = '', reason = ''] = text.split(' ')
    const message = `${type} says ${reason}.`
    return { type, status: status as 'True', reason, message, lastTransitionTime: '', observedGeneration: 1 }
  }),
})

const ready = 'Ready True Available'
const unready = 'Ready False PoweredOff'
const creating = 'Reconciling True Creating'
const soldOut = 'Reconciling True WaitingForCapacity'
const rejected = 'Stalled True TokenRejected'
const suspended = 'InSync Unknown Suspended'

describe('a status that replaces another one', () => {
  it.each([
    { title: 'the first one', before: undefined, after: statusOf('Ready Unknown Unchecked', creating), told: [] },
    {
      title: 'becomes Ready',
      before: statusOf(unready),
      after: statusOf(ready),
      told: ['Normal Ready: @echo answers.'],
    },
    { title: 'stays Ready', before: statusOf(ready), after: statusOf(ready), told: [] },
    {
      title: 'is Ready no longer',
      before: statusOf(ready),
      after: statusOf(unready, 'Reconciling True Repairing'),
      told: ['Warning NotReady: Ready says PoweredOff.'],
    },
    {
      title: 'is Ready no longer, for another reason than before',
      before: statusOf(unready),
      after: statusOf('Ready False Unreachable'),
      told: [],
    },
    {
      title: 'is Ready no longer because it is deleted',
      before: statusOf(ready),
      after: statusOf('Ready False WebhookRemoved', 'Reconciling True Deleting'),
      told: [],
    },
    {
      title: 'stalls',
      before: statusOf('Ready Unknown Unchecked', creating),
      after: statusOf('Ready False TokenRejected', rejected),
      told: ['Warning TokenRejected: Stalled says TokenRejected.'],
    },
    {
      title: 'stalls, and so is Ready no longer: that is one event',
      before: statusOf(ready),
      after: statusOf('Ready False TokenRejected', rejected),
      told: ['Warning TokenRejected: Stalled says TokenRejected.'],
    },
    { title: 'is still stalled', before: statusOf(rejected), after: statusOf(rejected), told: [] },
    {
      title: 'is stalled for another reason',
      before: statusOf(rejected),
      after: statusOf('Stalled True BotConflict'),
      told: ['Warning BotConflict: Stalled says BotConflict.'],
    },
    {
      title: 'stalls while it is deleted',
      before: statusOf('Reconciling True Deleting'),
      after: statusOf(rejected),
      told: ['Warning TokenRejected: Stalled says TokenRejected.'],
    },
    {
      title: 'finds all sold out',
      before: statusOf(unready, creating),
      after: statusOf(unready, soldOut),
      told: ['Warning NoCapacity: Reconciling says WaitingForCapacity.'],
    },
    { title: 'still finds all sold out', before: statusOf(soldOut), after: statusOf(soldOut), told: [] },
    {
      title: 'is suspended',
      before: statusOf(ready, 'InSync True UpToDate'),
      after: statusOf(ready, suspended),
      told: ['Normal Suspended: Nothing is written outside while spec.suspend is true.'],
    },
    { title: 'stays suspended', before: statusOf(suspended), after: statusOf(suspended), told: [] },
    {
      title: 'goes on, and has drifted meanwhile',
      before: statusOf(ready, suspended),
      after: statusOf(ready, 'InSync False DriftReported'),
      told: [
        'Normal Resumed: Goes on: spec.suspend is true no longer.',
        'Warning DriftReported: InSync says DriftReported.',
      ],
    },
    {
      title: 'still differs from what runs',
      before: statusOf('InSync False DriftReported'),
      after: statusOf('InSync False DriftReported'),
      told: [],
    },
  ])('tells what has changed: $title', ({ before, after, told }) => {
    const events = transitionsBetween(before, after)
    expect(events.map(({ type, reason, note }) => `${type} ${reason}: ${note}`)).toEqual(told)
  })
})
