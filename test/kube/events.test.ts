import { describe, expect, it } from 'vitest'
import { ApiError } from '../../src/kube/api-error.ts'
import { ConnectionError } from '../../src/kube/connection-error.ts'
import { createEvents, type EventToWrite } from '../../src/kube/events.ts'
import type { RequestOptions } from '../../src/kube/transport.ts'

const { signal } = new AbortController()

const event: EventToWrite = {
  regarding: { apiVersion: 'botyard.dev/v1alpha1', kind: 'Project', namespace: 'shop', name: 'echo', uid: 'u' },
  type: 'Warning',
  reason: 'Gone',
  action: 'Look',
  note: 'It has gone.',
  firstAt: Date.UTC(2026, 0, 1, 12, 0, 0, 5),
  lastAt: Date.UTC(2026, 0, 1, 12, 5),
  count: 1,
  serial: '17abc',
}

/** Everything answers with this, or is written. */
function setUp(error?: Error) {
  const sent: RequestOptions[] = []
  const transport = {
    async request<T>(options: RequestOptions) {
      sent.push(options)
      if (error !== undefined) throw error
      return {} as T
    },
    stream: () => Promise.reject(new Error('nobody streams')),
    close: async () => {},
  }
  const events = createEvents(transport, { controller: 'botyard.dev/operator', instance: 'pod-1' })
  const body = () => sent[0]?.body as Record<string, unknown> & { note: string; metadata: Record<string, string> }
  return { events, sent, body }
}

const answered = (status: number, reason: string) => new ApiError('Cannot POST', { status, reason })

describe('an event', () => {
  it("is written in its object's namespace, under the object's name and a serial, with times in microseconds", async () => {
    const { events, sent } = setUp()
    expect(await events.create(event, signal)).toBe('written')
    expect(sent).toEqual([
      {
        method: 'POST',
        path: '/apis/events.k8s.io/v1/namespaces/shop/events',
        signal,
        body: {
          apiVersion: 'events.k8s.io/v1',
          kind: 'Event',
          metadata: { namespace: 'shop', name: 'echo.17abc' },
          eventTime: '2026-01-01T12:00:00.005000Z',
          type: 'Warning',
          reason: 'Gone',
          action: 'Look',
          note: 'It has gone.',
          regarding: event.regarding,
          reportingController: 'botyard.dev/operator',
          reportingInstance: 'pod-1',
        },
      },
    ])
  })

  it('of a cluster-scoped object is written in the namespace "default"', async () => {
    const { events, sent, body } = setUp()
    const { namespace: _none, ...regarding } = event.regarding
    await events.create({ ...event, regarding }, signal)
    expect(sent[0]?.path).toBe('/apis/events.k8s.io/v1/namespaces/default/events')
    expect(body().metadata['namespace']).toBe('default')
    expect(body()['regarding']).not.toHaveProperty('namespace')
  })

  it('that has happened more than once when it is created says how often', async () => {
    const { events, body } = setUp()
    await events.create({ ...event, count: 3 }, signal)
    expect(body()['series']).toEqual({ count: 3, lastObservedTime: '2026-01-01T12:05:00.000000Z' })
  })

  it('is counted by a patch of its series alone', async () => {
    const { events, sent } = setUp()
    expect(await events.updateCount({ ...event, count: 4 }, signal)).toBe('written')
    expect(sent).toEqual([
      {
        method: 'PATCH',
        path: '/apis/events.k8s.io/v1/namespaces/shop/events/echo.17abc',
        contentType: 'application/merge-patch+json',
        body: { series: { count: 4, lastObservedTime: '2026-01-01T12:05:00.000000Z' } },
        signal,
      },
    ])
  })

  it.each([
    { note: 'x'.repeat(1_024), cut: 'x'.repeat(1_024) },
    { note: 'x'.repeat(1_025), cut: `${'x'.repeat(1_021)}…` },
    { note: 'é'.repeat(600), cut: `${'é'.repeat(510)}…` },
    { note: `x${'😀'.repeat(300)}`, cut: `x${'😀'.repeat(255)}…` },
    { note: '\ud83d', cut: '\ufffd' },
  ])('has a note of at most 1 kB, cut between characters: %#', async ({ note, cut }) => {
    const { events, body } = setUp()
    await events.create({ ...event, note }, signal)
    expect(body().note).toBe(cut)
    expect(Buffer.byteLength(body().note)).toBeLessThanOrEqual(1_024)
  })

  it('has a name of at most 253 characters, whatever its object is called', async () => {
    const { events, body } = setUp()
    await events.create({ ...event, regarding: { ...event.regarding, name: 'n'.repeat(253) } }, signal)
    expect(body().metadata['name']).toBe(`${'n'.repeat(247)}.17abc`)
  })

  it.each([
    { title: 'a namespace that is terminating', error: answered(403, 'Forbidden') },
    { title: 'a namespace that is gone', error: answered(404, 'NotFound') },
    { title: 'a field that is wrong', error: answered(422, 'Invalid') },
  ])('is given up for good where the API server will not take it: $title', async ({ error }) => {
    expect(await setUp(error).events.create(event, signal)).toBe('refused')
  })

  it('that has been written by an earlier try, whose answer was lost, is written', async () => {
    expect(await setUp(answered(409, 'AlreadyExists')).events.create(event, signal)).toBe('written')
  })

  it('that is gone when it is counted (404) is told to be gone', async () => {
    expect(await setUp(answered(404, 'NotFound')).events.updateCount(event, signal)).toBe('gone')
  })

  it('is refused, too, when it may not be counted (403)', async () => {
    expect(await setUp(answered(403, 'Forbidden')).events.updateCount(event, signal)).toBe('refused')
  })

  it.each([
    answered(401, 'Unauthorized'),
    answered(408, 'Timeout'),
    answered(429, 'TooManyRequests'),
    answered(500, 'InternalError'),
    answered(503, 'ServiceUnavailable'),
    new ConnectionError('Cannot POST', { code: 'broken' }),
  ])('is left to be tried again after %s', async (error) => {
    await expect(setUp(error).events.create(event, signal)).rejects.toBe(error)
    await expect(setUp(error).events.updateCount(event, signal)).rejects.toBe(error)
  })
})
