// Faults: which requests they hit, whether the effect still happens, and what the client gets.

import { describe, expect, it } from 'vitest'
import type { Fault } from '../../../simulators/kit/fault.ts'
import { createFaults } from '../../../simulators/kit/faults.ts'
import { fakeClock } from '../../support/fake-clock.ts'

function setup() {
  const clock = fakeClock()
  const faults = createFaults({ clock, basePath: '/v1' })
  const effects: string[] = []
  const handler = faults.wrap(async (request) => {
    effects.push(`${request.method} ${new URL(request.url).pathname}`)
    return Response.json({ fine: true }, { status: 201 })
  })
  const call = (path = '/v1/servers', init: RequestInit = { method: 'POST' }) =>
    handler(new Request(`http://localhost${path}`, init))
  return { clock, faults, effects, call }
}

describe('a fault', () => {
  it.each<{ name: string; fault: Fault; effect: boolean; status: number; body: string | RegExp }>([
    {
      name: 'status answers in place of the service',
      fault: { route: 'ANY *', kind: 'status', status: 503, body: 'down', contentType: 'text/plain' },
      ...{ effect: false, status: 503, body: 'down' },
    },
    {
      name: 'status without a body is a page of HTML, as a proxy would send',
      fault: { route: 'ANY *', kind: 'status', status: 502 },
      ...{ effect: false, status: 502, body: /<html>/ },
    },
    {
      name: 'wrongBody lets the effect happen and spoils the answer',
      fault: { route: 'ANY *', kind: 'wrongBody', body: '{]' },
      ...{ effect: true, status: 201, body: '{]' },
    },
    {
      name: 'wrongBody may also say nothing at all',
      fault: { route: 'ANY *', kind: 'wrongBody', body: '' },
      ...{ effect: true, status: 201, body: '' },
    },
  ])('$name', async ({ fault, effect, status, body }) => {
    const { faults, effects, call } = setup()
    faults.add(fault)
    const response = await call()
    expect(effects.length).toBe(effect ? 1 : 0)
    expect(response.status).toBe(status)
    expect(await response.text()).toEqual(typeof body === 'string' ? body : expect.stringMatching(body))
  })

  it.each([
    { kind: 'before' as const, wanted: [] },
    { kind: 'after' as const, wanted: ['POST /v1/servers'] },
  ])('$kind resets the connection; effects: $wanted', async ({ kind, wanted }) => {
    const { faults, effects, call } = setup()
    faults.add({ route: 'POST /servers', kind })
    await expect(call()).rejects.toThrow(TypeError)
    expect(effects).toEqual(wanted)
  })

  it.each([
    { kind: 'held' as const, wanted: [] },
    { kind: 'late' as const, wanted: ['POST /v1/servers'] },
  ])('$kind without an end lasts until the client gives up; effects: $wanted', async ({ kind, wanted }) => {
    const { faults, effects, call } = setup()
    faults.add({ route: 'ANY *', kind })
    const client = new AbortController()
    const answer = call('/v1/servers', { method: 'POST', signal: client.signal })
    let settled = false
    answer
      .catch(() => {})
      .finally(() => {
        settled = true
      })
    await new Promise((resolve) => setImmediate(resolve))
    expect(settled).toBe(false)
    client.abort(new Error('gave up'))
    await expect(answer).rejects.toThrow('gave up')
    expect(effects).toEqual(wanted)
  })

  it.each([
    { kind: 'held' as const, effectsMeanwhile: 0 },
    { kind: 'late' as const, effectsMeanwhile: 1 },
  ])('$kind delays the answer, with $effectsMeanwhile effects meanwhile', async ({ kind, effectsMeanwhile }) => {
    const { clock, faults, effects, call } = setup()
    faults.add({ route: 'ANY *', kind, ms: 1_000 })
    let answered = false
    const answer = call().finally(() => {
      answered = true
    })
    await clock.advance(999)
    expect([answered, effects.length]).toEqual([false, effectsMeanwhile])
    await clock.advance(1)
    expect((await answer).status).toBe(201)
    expect(effects.length).toBe(1)
  })

  it('stuck begins its answer, and ends it when the client gives up', async () => {
    const { faults, effects, call } = setup()
    faults.add({ route: 'ANY *', kind: 'stuck' })
    const client = new AbortController()
    const answer = await call('/v1/servers', { method: 'POST', signal: client.signal })
    expect([answer.status, effects.length]).toEqual([201, 1])
    const reader = answer.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? '').toString()).toBe('{"fine')
    const rest = reader?.read()
    client.abort(new Error('gave up'))
    await expect(rest).rejects.toThrow('gave up')
  })

  it('twice hands on the whole request both times, and gives the second answer', async () => {
    const faults = createFaults({ clock: fakeClock() })
    faults.add({ route: 'ANY *', kind: 'twice' })
    const bodies: string[] = []
    const handler = faults.wrap(async (request) => {
      bodies.push(await request.text())
      return Response.json({ number: bodies.length })
    })
    const answer = await handler(new Request('http://localhost/servers', { method: 'POST', body: 'all of it' }))
    expect([bodies, await answer.json()]).toEqual([['all of it', 'all of it'], { number: 2 }])
  })

  it('held keeps its effect when the client has gone', async () => {
    const { clock, faults, effects, call } = setup()
    faults.add({ route: 'ANY *', kind: 'held', ms: 1_000 })
    const client = new AbortController()
    const answer = call('/v1/servers', { method: 'POST', signal: client.signal })
    client.abort()
    await clock.advance(1_000)
    await answer
    expect(effects).toHaveLength(1)
  })

  it('adds times up and combines them with one other fault, the first that was added', async () => {
    const { clock, faults, call } = setup()
    faults.add({ route: 'ANY *', kind: 'held', ms: 1_000 })
    faults.add({ route: 'POST /servers', kind: 'status', status: 429 })
    faults.add({ route: 'ANY *', kind: 'status', status: 500 })
    faults.add({ route: 'ANY *', kind: 'late', ms: 500 })
    const before = clock.now()
    let at = 0
    const answer = call().finally(() => {
      at = clock.now()
    })
    await clock.advance(5_000)
    expect((await answer).status).toBe(429)
    expect(at - before).toBe(1_500)
  })

  it('is spent after as many hits as it was given', async () => {
    const { faults, call } = setup()
    faults.add({ route: 'POST /servers', kind: 'status', status: 500, times: 2 })
    const statuses = [await call(), await call('/v1/other'), await call(), await call()].map(({ status }) => status)
    expect(statuses).toEqual([500, 201, 500, 201])
    expect(faults.list()).toEqual([])
  })

  it('lets as many by first as it was told, whatever else hits them', async () => {
    const { faults, call } = setup()
    faults.add({ route: 'ANY *', kind: 'status', status: 502, times: 1 })
    faults.add({ route: 'POST /servers', kind: 'status', status: 500, skip: 2, times: 1 })
    const statuses = [await call(), await call(), await call('/v1/other'), await call(), await call()]
    expect(statuses.map(({ status }) => status)).toEqual([502, 201, 201, 500, 201])
  })

  it('hits only within its time, and counts only there', async () => {
    const { clock, faults, call } = setup()
    await clock.advance(5_000)
    faults.add({ route: 'ANY *', kind: 'status', status: 500, from: 1, until: 3, skip: 1 })
    const seen: number[] = []
    for (let half = 0; half < 8; half++) {
      seen.push((await call()).status)
      await clock.advance(500)
    }
    expect(seen).toEqual([201, 201, 201, 500, 500, 500, 201, 201])
    expect(faults.list()).toEqual([])
  })

  it('can be listed, removed and cleared', async () => {
    const { faults, call } = setup()
    const first = faults.add({ route: 'ANY *', kind: 'status', status: 500 })
    const second = faults.add({ route: 'ANY *', kind: 'status', status: 502 })
    await call()
    expect(faults.list().map(({ id, hits }) => [id, hits])).toEqual([
      [first, 1],
      [second, 0],
    ])
    expect(faults.remove(first)).toBe(true)
    expect(faults.remove(first)).toBe(false)
    expect((await call()).status).toBe(502)
    faults.clear()
    expect((await call()).status).toBe(201)
  })
})

it('a malformed fault is refused with what must hold', () => {
  const { faults } = setup()
  expect(() => faults.add({ route: '/servers', kind: 'before' })).toThrow(
    "Cannot add the fault: route must be a verb and a path such as 'POST /servers', 'GET /servers/*' or 'ANY *'",
  )
  expect(faults.list()).toEqual([])
})
