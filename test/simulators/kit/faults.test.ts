// Faults: which requests they hit, whether the effect still happens, and what the client gets.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Fault, problemOfFault, routeMatcher } from '../../../simulators/kit/fault.ts'
import { createFaults } from '../../../simulators/kit/faults.ts'
import { fakeClock } from '../../support/fake-clock.ts'

function setup({ draws = [0] }: { draws?: number[] } = {}) {
  const clock = fakeClock()
  let drawn = 0
  const faults = createFaults({ clock, random: () => draws[drawn++ % draws.length] ?? 0, basePath: '/v1' })
  const effects: string[] = []
  const handler = faults.wrap(async (request) => {
    effects.push(`${request.method} ${new URL(request.url).pathname}`)
    return Response.json({ fine: true }, { status: 201 })
  })
  const call = (path = '/v1/servers', init: RequestInit = { method: 'POST' }) =>
    handler(new Request(`http://localhost${path}`, init))
  return { clock, faults, effects, call }
}

describe('a route pattern', () => {
  it.each([
    ['POST /servers', 'POST /servers', true],
    ['POST /servers', 'GET /servers', false],
    ['POST /servers', 'POST /servers/1', false],
    ['ANY /servers', 'DELETE /servers', true],
    ['GET /servers/*', 'GET /servers/17', true],
    ['GET /servers/*', 'GET /servers/17/actions', false],
    ['GET /servers/**', 'GET /servers/17/actions', true],
    ['ANY *', 'PUT /a/b/c', true],
    ['POST /bot*/setWebhook', 'POST /bot123:abc/setwebhook', true],
    ['POST /bot*/setWebhook', 'POST /bot123:abc/getMe', false],
    ['GET /a.b', 'GET /aXb', false],
  ])('%s on %s: %s', (route, request, wanted) => {
    const [method = '', path = ''] = request.split(' ')
    expect(routeMatcher(route)(method, path)).toBe(wanted)
  })

  it('matches its own literal path, whatever characters that has', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9._~:$()+|^[\]{}-]{1,8}$/)
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
        const path = `/${segments.join('/')}`
        expect(routeMatcher(`GET ${path}`)('GET', path)).toBe(true)
        expect(routeMatcher(`GET ${path}`)('GET', `${path}x`)).toBe(false)
      }),
    )
  })
})

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
      name: 'emptyBody lets the effect happen and says nothing of it',
      fault: { route: 'ANY *', kind: 'emptyBody' },
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

  it('lostAnswer lets the effect happen and drops the connection', async () => {
    const { faults, effects, call } = setup()
    faults.add({ route: 'POST /servers', kind: 'lostAnswer' })
    await expect(call()).rejects.toThrow(TypeError)
    expect(effects).toEqual(['POST /v1/servers'])
  })

  it('noAnswer has no effect and ends when the client gives up', async () => {
    const { faults, effects, call } = setup()
    faults.add({ route: 'ANY *', kind: 'noAnswer' })
    const client = new AbortController()
    const answer = call('/v1/servers', { signal: client.signal })
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
    expect(effects).toEqual([])
  })

  it.each([
    { when: 'before' as const, effectsMeanwhile: 0 },
    { when: 'after' as const, effectsMeanwhile: 1 },
  ])('delay waits $when the effect', async ({ when, effectsMeanwhile }) => {
    const { clock, faults, effects, call } = setup()
    faults.add({ route: 'ANY *', kind: 'delay', ms: 1_000, when })
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

  it('adds delays up and combines them with one other fault, the first that was added', async () => {
    const { clock, faults, call } = setup()
    faults.add({ route: 'ANY *', kind: 'delay', ms: 1_000 })
    faults.add({ route: 'POST /servers', kind: 'status', status: 429 })
    faults.add({ route: 'ANY *', kind: 'status', status: 500 })
    faults.add({ route: 'ANY *', kind: 'delay', ms: 500 })
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

  it('hits the share of requests that chance says', async () => {
    const { faults, call } = setup({ draws: [0.2, 0.8] })
    faults.add({ route: 'ANY *', kind: 'status', status: 500, chance: 0.5 })
    expect([(await call()).status, (await call()).status]).toEqual([500, 201])
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

describe('a malformed fault', () => {
  it.each([
    [null, /object/],
    [{ kind: 'noAnswer' }, /route/],
    [{ route: '/servers', kind: 'noAnswer' }, /route/],
    [{ route: 'POST servers', kind: 'noAnswer' }, /route/],
    [{ route: 'ANY *', kind: 'explode' }, /kind must be one of delay, /],
    [{ route: 'ANY *', kind: 'toString' }, /kind/],
    [{ route: 'ANY *', kind: 'noAnswer', times: 0 }, /times/],
    [{ route: 'ANY *', kind: 'noAnswer', chance: 1.5 }, /chance/],
    [{ route: 'ANY *', kind: 'delay' }, /ms/],
    [{ route: 'ANY *', kind: 'status', status: 99 }, /status/],
  ])('%j is refused with what must hold', (raw, text) => {
    expect(problemOfFault(raw)).toMatch(text)
    expect(() => setup().faults.add(raw as unknown as Fault)).toThrow(text)
  })
})
