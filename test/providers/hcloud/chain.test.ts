import { describe, expect, it } from 'vitest'
import { seconds } from '../../../src/clock.ts'
import type { WireResponse } from '../../../src/providers/hcloud/exchange.ts'
import { createWire, failure, reply, token } from './wire.ts'

const never = () => new Promise<WireResponse>(() => undefined)

const abortable = ({ signal }: { signal: AbortSignal }) =>
  new Promise<WireResponse>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

describe('a call', () => {
  it('carries the token in one header and refuses to follow redirects with it', async () => {
    const wire = createWire(() => reply())
    await wire.read()
    expect(wire.sent).toMatchObject([
      {
        method: 'GET',
        url: 'https://api.test/v1/servers/42',
        redirect: 'error',
        headers: { authorization: `Bearer ${token}` },
      },
    ])
    expect(JSON.stringify({ ...wire.sent[0], headers: {} })).not.toContain(token)
  })

  it('sends a body as JSON, with its length known', async () => {
    const wire = createWire(() => reply({ status: 201 }))
    await wire.api.POST('/ssh_keys', { body: { name: 'key', public_key: 'ssh-ed25519 AAAA' } })
    expect(wire.sent[0]).toMatchObject({
      body: '{"name":"key","public_key":"ssh-ed25519 AAAA"}',
      headers: { 'content-type': 'application/json' },
    })
  })

  it('is counted once although it was sent twice', async () => {
    const wire = createWire((_, turn) => (turn === 1 ? failure(502, 'bad_gateway') : reply()))
    await wire.read()
    expect(wire.sent).toHaveLength(2)
    expect(wire.requests).toEqual([{ operation: 'GET /servers/{id}', code: 200 }])
  })

  it('pays the budget for each time that it is sent', async () => {
    const wire = createWire(() => failure(502, 'bad_gateway'))
    await expect(wire.read()).rejects.toThrow()
    expect(wire.connection.budget.remaining).toBe(3598)
  })

  it('costs nothing while the circuit is open', async () => {
    const wire = createWire(() => failure(502, 'bad_gateway'))
    for (let n = 0; n < 5; n++) await expect(wire.write()).rejects.toThrow()
    const { remaining } = wire.connection.budget
    await expect(wire.write()).rejects.toMatchObject({ code: 'circuit_open', outcomeUnknown: false })
    expect(wire.sent).toHaveLength(5)
    expect(wire.connection.budget.remaining).toBe(remaining)
  })

  it("that is refused in Hetzner's own words, however often, leaves the circuit closed", async () => {
    const wire = createWire(() => failure(422, 'service_error'))
    for (let n = 0; n < 20; n++) await expect(wire.write()).rejects.toMatchObject({ code: 'service_error' })
  })

  it('is not sent, and not unknown, when the budget is spent', async () => {
    const wire = createWire(() => reply({ headers: { 'ratelimit-limit': '3600', 'ratelimit-remaining': '700' } }))
    await wire.read()
    await expect(wire.write()).rejects.toMatchObject({
      ...{ errorClass: 'Throttled', code: 'out_of_budget', outcomeUnknown: false },
      retryAfter: expect.any(Number),
    })
    expect(wire.sent).toHaveLength(1)
  })
})

describe('a read', () => {
  it.each([
    { trouble: 'a lost connection', first: () => Promise.reject(new TypeError('fetch failed')) },
    { trouble: 'a server error', first: () => failure(500, 'server_error') },
    { trouble: 'HTML', first: () => reply({ status: 502, body: '<html>' }) },
    { trouble: 'truncated JSON', first: () => reply({ body: '{"server": {' }) },
  ])('is done once more after $trouble', async ({ first }) => {
    const wire = createWire((_, turn) => (turn === 1 ? first() : reply({ body: '{"server": 1}' })))
    expect(await wire.read()).toMatchObject({ data: { server: 1 } })
    expect(wire.sent).toHaveLength(2)
  })

  it('is not done a third time', async () => {
    const wire = createWire(() => failure(500, 'server_error'))
    await expect(wire.read()).rejects.toMatchObject({ errorClass: 'Transient' })
    expect(wire.sent).toHaveLength(2)
  })

  it.each([
    { what: 'a refusal', answer: () => failure(404, 'not_found') },
    { what: 'a throttle', answer: () => failure(429, 'rate_limit_exceeded') },
    { what: 'a rejected token', answer: () => failure(401, 'unauthorized') },
  ])('is not repeated after $what', async ({ answer }) => {
    const wire = createWire(answer)
    await expect(wire.read()).rejects.toThrow()
    expect(wire.sent).toHaveLength(1)
  })

  it('is not repeated after a timeout, which would hold a worker for twice as long', async () => {
    const wire = createWire(abortable)
    const reading = expect(wire.read()).rejects.toMatchObject({ code: 'timed_out', outcomeUnknown: false })
    await wire.clock.advance(seconds(10))
    await reading
    expect(wire.sent).toHaveLength(1)
  })
})

describe('a write', () => {
  it.each([
    { what: 'a lost connection', answer: () => Promise.reject(new TypeError('fetch failed')), unknown: true },
    { what: 'a server error', answer: () => failure(500, 'server_error'), unknown: true },
    { what: 'a 503', answer: () => failure(503, 'unavailable'), unknown: true },
    { what: 'HTML instead of an answer', answer: () => reply({ status: 502, body: '<html>' }), unknown: true },
    { what: 'HTML with status 200', answer: () => reply({ body: '<html>' }), unknown: true },
    { what: 'an empty answer', answer: () => reply({ status: 201, body: '' }), unknown: true },
    { what: 'truncated JSON', answer: () => reply({ status: 201, body: '{"action":{"id":' }), unknown: true },
    { what: 'a refusal', answer: () => failure(422, 'invalid_input'), unknown: false },
    { what: 'a conflict', answer: () => failure(409, 'uniqueness_error'), unknown: false },
    { what: 'a throttle', answer: () => failure(429, 'rate_limit_exceeded'), unknown: false },
    { what: 'a throttle without JSON', answer: () => reply({ status: 429, body: 'slow down' }), unknown: false },
  ])('is sent once; after $what its outcome is unknown: $unknown', async ({ answer, unknown }) => {
    const wire = createWire(answer)
    await expect(wire.write()).rejects.toMatchObject({ outcomeUnknown: unknown })
    expect(wire.sent).toHaveLength(1)
  })
})

describe('R3: the limit of ten seconds', () => {
  it('ends a call that is not answered', async () => {
    const wire = createWire(abortable)
    const writing = expect(wire.write()).rejects.toMatchObject({ code: 'timed_out', outcomeUnknown: true })
    await wire.clock.advance(seconds(9.999))
    expect(wire.sent[0]?.signal.aborted).toBe(false)
    await wire.clock.advance(1)
    await writing
  })

  it('covers a body that drips', async () => {
    async function* drip(signal: AbortSignal) {
      yield new TextEncoder().encode('{"action":')
      await abortable({ signal })
    }
    const wire = createWire(({ signal }) => ({ status: 201, headers: new Headers(), body: drip(signal) }))
    const writing = expect(wire.write()).rejects.toMatchObject({ code: 'timed_out', outcomeUnknown: true })
    await wire.clock.advance(seconds(10))
    await writing
  })

  it('leaves no timer behind', async () => {
    const wire = createWire(() => reply())
    await wire.read()
    expect(wire.clock.pending).toBe(0)
  })
})

describe("the caller's own abort", () => {
  it('ends the call and says so', async () => {
    const wire = createWire(abortable)
    const writing = expect(wire.write()).rejects.toMatchObject({ code: 'aborted', outcomeUnknown: true })
    await wire.clock.advance(0)
    wire.control.abort()
    await writing
  })

  it('before the call sends nothing', async () => {
    const wire = createWire(never)
    wire.control.abort()
    await expect(wire.write()).rejects.toMatchObject({ code: 'aborted', outcomeUnknown: false })
    expect(wire.sent).toEqual([])
  })
})

describe('what an answer says about the token', () => {
  it.each([
    { answer: () => reply(), method: 'read' as const, facts: ['accepted'] },
    { answer: () => failure(401, 'unauthorized'), method: 'read' as const, facts: ['rejected'] },
    { answer: () => failure(401, 'token_readonly'), method: 'write' as const, facts: ['readOnly'] },
    { answer: () => failure(403, 'forbidden'), method: 'write' as const, facts: ['readOnly'] },
    { answer: () => failure(403, 'forbidden'), method: 'read' as const, facts: [] },
    { answer: () => failure(404, 'not_found'), method: 'read' as const, facts: [] },
    { answer: () => reply({ status: 401, body: '<html>' }), method: 'read' as const, facts: [] },
  ])('$facts after $method', async ({ answer, method, facts }) => {
    const wire = createWire(answer)
    await wire[method]().catch(() => undefined)
    expect(wire.facts).toEqual(facts)
  })
})
