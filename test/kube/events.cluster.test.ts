// Events on the real API server, written with the operator's own rights, read as `kubectl get events` does.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { createEventRecorder, type EventOutcome } from '../../src/controller/events/event-recorder.ts'
import type { RecordedEvent } from '../../src/controller/events/event-series.ts'
import { createEvents } from '../../src/kube/events.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { type Api, adminApi, createNamespace, type KubeObject, waitFor } from '../support/control-plane.ts'
import { operatorTransport } from './cluster.ts'

let api: Api
let transport: Transport
let namespace: string

beforeAll(async () => {
  api = await adminApi()
  transport = await operatorTransport()
  namespace = await createNamespace(api)
})

afterAll(async () => {
  await transport.close()
  await api.close()
})

function recorder() {
  const outcomes: EventOutcome[] = []
  const errors: unknown[] = []
  const sink = createEvents(transport, { controller: 'botyard.dev/operator', instance: 'test' })
  const { record, stop } = createEventRecorder({
    sink,
    clock: systemClock,
    random: Math.random,
    redact: (text) => text,
    onOutcome: (outcome) => outcomes.push(outcome),
    onError: (error) => errors.push(error),
  })
  /** All that was recorded is written or dropped. */
  return { record, outcomes, errors, written: () => stop(10_000) }
}

const about = (name: string, more: Partial<RecordedEvent> = {}): RecordedEvent => ({
  regarding: { apiVersion: 'botyard.dev/v1alpha1', kind: 'Project', namespace, name, uid: `uid-of-${name}` },
  type: 'Normal',
  reason: 'ServerCreated',
  action: 'CreateServer',
  note: 'Server echo runs.',
  ...more,
})

/** In the group that kubectl reads: what it shows as an object's events. */
const eventsOf = async (name: string, where = namespace): Promise<KubeObject[]> => {
  const events = await api.list({ apiVersion: 'v1', kind: 'Event', namespace: where })
  return events.filter((event) => event['involvedObject'].name === name)
}

describe('events on a real API server', () => {
  it('are there as kubectl shows them, with the count of what came again', async () => {
    const { record, outcomes, errors, written } = recorder()
    record(about('echo'))
    await waitForOutcome(outcomes, 1)
    record(about('echo'))
    await waitForOutcome(outcomes, 2)
    record(about('echo', { type: 'Warning', reason: 'NotReady', note: 'é'.repeat(2_000) }))
    await written()
    expect(errors).toEqual([])
    expect(outcomes).toEqual(['created', 'counted', 'created'])
    const [first, other, ...more] = (await eventsOf('echo')).sort((a, b) => (a['type'] < b['type'] ? -1 : 1))
    expect(more).toEqual([])
    expect(first).toMatchObject({
      involvedObject: { kind: 'Project', namespace, name: 'echo', uid: 'uid-of-echo' },
      ...{ type: 'Normal', reason: 'ServerCreated', message: 'Server echo runs.', action: 'CreateServer' },
      ...{ reportingComponent: 'botyard.dev/operator', reportingInstance: 'test', series: { count: 2 } },
    })
    expect(other).toMatchObject({ type: 'Warning', reason: 'NotReady' })
    expect(Buffer.byteLength(other?.['message'])).toBe(1_023)
  })

  it('are counted from the start when they came faster than they could be written', async () => {
    const { record, outcomes, written } = recorder()
    for (let count = 0; count < 5; count++) record(about('fast'))
    await written()
    expect(outcomes).toEqual(['created'])
    expect((await eventsOf('fast')).map((event) => event['series'].count)).toEqual([5])
  })

  it('are created anew when they were deleted meanwhile', async () => {
    const { record, outcomes, written } = recorder()
    record(about('expired'))
    await waitForOutcome(outcomes, 1)
    for (const event of await eventsOf('expired')) await api.delete({ ...event, apiVersion: 'v1', kind: 'Event' })
    record(about('expired'))
    await written()
    expect(outcomes).toEqual(['created', 'created'])
    expect(await eventsOf('expired')).toHaveLength(1)
  })

  it('of a cluster-scoped object are in the namespace default', async () => {
    const { record, outcomes, written } = recorder()
    const name = `node-${namespace}`
    record(about(name, { regarding: { apiVersion: 'v1', kind: 'Node', name, uid: name } }))
    await written()
    expect(outcomes).toEqual(['created'])
    expect(await eventsOf(name, 'default')).toHaveLength(1)
  })

  it('are dropped in a namespace that is terminating', async () => {
    const ending = await createNamespace(api)
    const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: ending, name: 'held' } }
    await api.create({ ...held, metadata: { ...held.metadata, finalizers: ['botyard.dev/test'] } })
    await api.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ending } })
    const { record, outcomes, errors, written } = recorder()
    record(
      about('late', { regarding: { apiVersion: 'v1', kind: 'Pod', namespace: ending, name: 'late', uid: 'late' } }),
    )
    await written()
    expect(outcomes).toEqual(['refused'])
    expect(errors).toEqual([])
    await api.patch(held, { metadata: { finalizers: null } })
  })
})

async function waitForOutcome(outcomes: readonly EventOutcome[], count: number): Promise<void> {
  await waitFor(`${count} outcomes`, async () => outcomes.length >= count)
}
