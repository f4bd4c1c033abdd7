import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import {
  type ApiError,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isNotFound,
  isNotServed,
  isUnauthorized,
} from '../../src/kube/api-error.ts'
import type { ClusterAccess } from '../../src/kube/cluster-access.ts'
import { hostOf, type SentCall } from '../../src/kube/exchange.ts'
import { createTransport, type RequestOptions, type Transport, type TransportDeps } from '../../src/kube/transport.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { cut, type FakeApiServer, fakeApiServer, json, type Reply, refusal, silence, text } from './fake-api-server.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

/** Real time, but pauses between attempts pass at once and are written down. */
function impatientClock() {
  const pauses: number[] = []
  return {
    ...systemClock,
    pauses,
    schedule(after: number, run: () => void) {
      if (after >= 10_000) return systemClock.schedule(after, run)
      pauses.push(after)
      return systemClock.schedule(0, run)
    },
  }
}

/** Hands out token-1, and the next one each time it was refused. */
function cluster(server: string): ClusterAccess & { reads: () => number } {
  let token = 1
  let reads = 0
  return {
    server,
    async access() {
      reads++
      return { headers: { authorization: `Bearer token-${token}` }, tls: {} }
    },
    refused: () => void token++,
    reads: () => reads,
  }
}

interface SetUp {
  server: FakeApiServer
  transport: Transport
  pauses: number[]
}

async function setUp(replies: Reply[], deps: Partial<TransportDeps> = {}): Promise<SetUp> {
  const server = await fakeApiServer(replies)
  const clock = impatientClock()
  const transport = createTransport({ cluster: cluster(server.url), clock, random: () => 0, ...deps })
  cleanups.push(transport.close, server.close)
  return { server, transport, pauses: clock.pauses }
}

const get: RequestOptions = { method: 'GET', path: '/apis/x' }
const busy = refusal(429, 'TooManyRequests', { retryAfter: '1' })
const down = refusal(503, 'ServiceUnavailable', { retryAfter: '1' })
const fine = json({ ok: true })

describe('a call', () => {
  it('sends method, path, query, credentials and body, and answers the parsed JSON', async () => {
    const { server, transport } = await setUp([fine], { userAgent: 'botyard/1' })
    const query = { fieldManager: 'a b', limit: 5, continue: undefined }
    const contentType = 'application/merge-patch+json'
    expect(await transport.request({ method: 'PATCH', path: '/a', query, body: { x: 'ü' }, contentType })).toEqual({
      ok: true,
    })
    expect(await transport.request(get)).toEqual({ ok: true })
    const [patch, read] = server.received
    expect(patch).toMatchObject({ method: 'PATCH', url: '/a?fieldManager=a+b&limit=5', body: '{"x":"ü"}' })
    expect(patch?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'content-type': contentType,
      'user-agent': 'botyard/1',
    })
    expect(read?.headers).not.toHaveProperty('content-type')
  })

  it('keeps a path before the API server’s own, as proxies have it', async () => {
    const server = await fakeApiServer([fine])
    const behind = createTransport({ cluster: cluster(`${server.url}/k8s/c-1`), clock: systemClock, random: () => 0 })
    cleanups.push(behind.close, server.close)
    await behind.request(get)
    expect(server.received[0]?.url).toBe('/k8s/c-1/apis/x')
  })

  it('tells of each try how it ended: status, method and host, or that there was no answer', async () => {
    const told: string[] = []
    const onCall = ({ code, method, host }: SentCall) => told.push(`${method} ${code} ${host}`)
    const { server, transport } = await setUp([busy, fine, cut], { onCall })
    await transport.request(get)
    await transport.request({ method: 'PATCH', path: '/a', body: {} }).catch(() => {})
    const { host } = new URL(server.url)
    expect(told).toEqual([`GET 429 ${host}`, `GET 200 ${host}`, `PATCH <error> ${host}`])
  })

  it.each([
    ['https://10.96.0.1:443', '10.96.0.1:443'],
    ['https://[fd00::1]:443', '[fd00::1]:443'],
    ['https://api.example.org', 'api.example.org'],
    ['https://proxy.example.org:8443/k8s/c-1', 'proxy.example.org:8443'],
  ])('tells the host of %s as client-go does: %s', (server, host) => {
    expect(hostOf(server)).toBe(host)
  })

  it('tells of tries that are made again, by how they ended, and once how long it took in all, streams left out', async () => {
    const told: string[] = []
    let passed = 0
    const late: Reply = (response, request) => {
      passed += 700
      fine(response, request)
    }
    const { transport } = await setUp([cut, busy, late, down], {
      clock: { ...impatientClock(), monotonic: () => passed },
      onRetry: ({ code, method }) => told.push(`${method} again after ${code}`),
      onEnded: ({ method, durationMs }) => told.push(`${method} took ${durationMs}`),
    })
    await transport.request(get)
    await transport.request({ method: 'PATCH', path: '/a', body: {} }).catch(() => {})
    await transport.stream({ path: '/w' }).catch(() => {})
    expect(told).toEqual(['GET again after <error>', 'GET again after 429', 'GET took 700', 'PATCH took 0'])
  })

  it('shares connections with the calls before it', async () => {
    const { server, transport } = await setUp([fine, refusal(404, 'NotFound'), text('no', { status: 500 }), fine])
    for (let call = 0; call < 12; call++) await transport.request(get).catch(() => {})
    expect(server.connections()).toBeLessThanOrEqual(2)
  })
})

describe('a refusal', () => {
  it.each<[string, Reply, (error: unknown) => boolean]>([
    ['409 Conflict', refusal(409, 'Conflict'), (e) => isConflict(e) && !isAlreadyExists(e)],
    ['409 AlreadyExists', refusal(409, 'AlreadyExists'), (e) => isAlreadyExists(e) && !isConflict(e)],
    ['403 Forbidden', refusal(403, 'Forbidden'), isForbidden],
    ['404 of an object', refusal(404, 'NotFound'), (e) => isNotFound(e) && !isNotServed(e)],
    [
      '404 of a path that nobody serves',
      text('404 page not found', { status: 404, type: 'text/plain' }),
      (e) => isNotServed(e) && !isNotFound(e),
    ],
  ])('%s is told apart by its guard', async (_, reply, guard) => {
    const { transport } = await setUp([reply])
    await expect(transport.request(get)).rejects.toSatisfy(guard)
  })

  it('says what failed in the words of the server, with its causes', async () => {
    const details = {
      causes: [{ reason: 'FieldValueInvalid', field: 'spec.a', message: 'must be b' }],
      retryAfterSeconds: 3,
    }
    const { transport } = await setUp([refusal(422, 'Invalid', { details })])
    await expect(transport.request({ ...get, method: 'POST', body: {} })).rejects.toMatchObject({
      message: 'Cannot POST /apis/x: told: Invalid (422 Invalid)',
      status: 422,
      reason: 'Invalid',
      causes: details.causes,
      retryAfter: 3_000,
    })
  })

  it('leaves the words of the server out where they may quote a Secret, but not where they speak of rights', async () => {
    const details = { causes: [{ field: 'data', message: 'hush' }] }
    const { transport } = await setUp([refusal(422, 'Invalid', { details }), refusal(403, 'Forbidden')])
    const error = await failureOf(transport.request({ ...get, isSensitive: true }))
    expect(error.message).toBe('Cannot GET /apis/x: refused (422 Invalid)')
    expect(JSON.stringify(error.causes)).not.toContain('hush')
    await expect(transport.request({ ...get, isSensitive: true })).rejects.toThrow('told: Forbidden')
  })

  it.each([
    ['a page of HTML', text('<html>secret-ish</html>', { status: 502 })],
    ['nothing', text('', { status: 502 })],
    ['JSON that is no Status', json({ message: 'secret-ish' }, { status: 502 })],
    ['a page without end', endless(502)],
  ])('by a proxy with %s keeps its status, without a reason and without the page', async (_, reply) => {
    const { transport } = await setUp([reply])
    const error = await failureOf(transport.request(get))
    expect(error).toMatchObject({
      name: 'ApiError',
      status: 502,
      reason: '',
      message: 'Cannot GET /apis/x: refused (502)',
    })
  })
})

describe('an answer that is none', () => {
  it.each<{ name: string; reply: Reply; code: string }>([
    { name: 'a page of HTML', reply: text('<html>hush</html>'), code: 'malformed' },
    { name: 'nothing', reply: text(''), code: 'malformed' },
    { name: 'half of a JSON', reply: text('{"hush": [1,'), code: 'malformed' },
    { name: 'more bytes than allowed', reply: json({ long: 'x'.repeat(2_000) }), code: 'too_large' },
    { name: 'bytes without end', reply: endless(200), code: 'too_large' },
  ])('$name: fails as $code, once, without quoting it', async ({ reply, code }) => {
    const { server, transport } = await setUp([reply], { answerLimit: 1_000 })
    const error = await failureOf(transport.request(get))
    expect(error).toMatchObject({ name: 'ConnectionError', code })
    expect(`${error.message} ${error.cause}`).not.toContain('hush')
    expect(server.received).toHaveLength(1)
  })

  it('is broken when the connection ends before the announced length', async () => {
    const half: Reply = (response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"a": 1')
      setImmediate(() => response.destroy())
    }
    const { server, transport } = await setUp([half])
    await expect(transport.request(get)).rejects.toMatchObject({ code: 'broken', outcomeUnknown: true })
    expect(server.received).toHaveLength(3)
  })

  it('is unreachable when nobody listens, so that a write cannot have happened', async () => {
    const { server, transport } = await setUp([fine])
    await server.close()
    const post = transport.request({ ...get, method: 'POST', body: {} })
    await expect(post).rejects.toMatchObject({ code: 'unreachable', outcomeUnknown: false })
    cleanups.splice(1, 1)
  })

  it('is unreachable when there are no credentials', async () => {
    const access = () => Promise.reject(new Error('Cannot read /token'))
    const { server, transport } = await setUp([fine], { cluster: { ...cluster('http://127.0.0.1:1'), access } })
    await expect(transport.request({ ...get, method: 'POST' })).rejects.toMatchObject({ code: 'unreachable' })
    expect(server.received).toEqual([])
  })
})

describe('a call that failed', () => {
  it.each<{ name: string; method: RequestOptions['method']; reply: Reply; calls: number }>([
    { name: 'GET, told when to come back (429)', method: 'GET', reply: busy, calls: 2 },
    { name: 'GET, told when to come back (503)', method: 'GET', reply: down, calls: 2 },
    { name: 'GET, not told when (429)', method: 'GET', reply: refusal(429, 'TooManyRequests'), calls: 1 },
    {
      name: 'GET, told a time beyond its deadline',
      method: 'GET',
      reply: refusal(429, 'TooManyRequests', { retryAfter: '60' }),
      calls: 1,
    },
    { name: 'GET, with the connection cut', method: 'GET', reply: cut, calls: 2 },
    { name: 'PATCH, told when to come back (429)', method: 'PATCH', reply: busy, calls: 2 },
    { name: 'PATCH, perhaps done (503)', method: 'PATCH', reply: down, calls: 1 },
    { name: 'PUT, with the connection cut', method: 'PUT', reply: cut, calls: 1 },
    { name: 'DELETE, with the connection cut', method: 'DELETE', reply: cut, calls: 1 },
    { name: 'POST, told when to come back (429)', method: 'POST', reply: busy, calls: 1 },
    { name: 'POST, told when to come back (503)', method: 'POST', reply: down, calls: 1 },
    { name: 'POST, with the connection cut', method: 'POST', reply: cut, calls: 1 },
  ])('$name: is sent $calls times', async ({ method, reply, calls }) => {
    const { server, transport } = await setUp([reply, fine])
    const outcome = await transport.request({ method, path: '/a' }).catch((error) => error)
    expect(server.received).toHaveLength(calls)
    if (calls === 2) expect(outcome).toEqual({ ok: true })
    else expect(outcome).toBeInstanceOf(Error)
  })

  it('comes back ten times at most, and never earlier than it was told', async () => {
    const { server, transport, pauses } = await setUp([refusal(429, 'TooManyRequests', { retryAfter: '0.5' })])
    await expect(transport.request(get)).rejects.toMatchObject({ status: 429, retryAfter: 500 })
    expect(server.received).toHaveLength(11)
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(500)
  })

  it('understands a date in Retry-After', async () => {
    const at = new Date(systemClock.now() + 60_000).toUTCString()
    const { transport } = await setUp([refusal(429, 'TooManyRequests', { retryAfter: at })])
    const { retryAfter } = await failureOf(transport.request(get))
    expect(retryAfter).toBeGreaterThan(50_000)
    expect(retryAfter).toBeLessThanOrEqual(60_000)
  })

  it('is left to a caller with a loop of its own, but for a busy server (429)', async () => {
    const asked = { ...get, isRepeatedByCaller: true }
    const starting = await setUp([down, fine])
    await expect(starting.transport.request(asked)).rejects.toMatchObject({ status: 503, retryAfter: 1_000 })
    const loaded = await setUp([busy, fine])
    expect(await loaded.transport.request(asked)).toEqual({ ok: true })
  })

  it('does not ask again for a version from the future', async () => {
    const details = { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 }
    const { server, transport } = await setUp([refusal(504, 'Timeout', { details })])
    await expect(transport.request(get)).rejects.toMatchObject({ status: 504 })
    expect(server.received).toHaveLength(1)
  })
})

describe('a rejected token', () => {
  it('is read again once, and the call is sent with the new one, body and all', async () => {
    const { server, transport } = await setUp([refusal(401, 'Unauthorized'), fine])
    expect(await transport.request({ method: 'POST', path: '/a', body: { x: 1 } })).toEqual({ ok: true })
    expect(server.received.map(({ headers, body }) => [headers.authorization, body])).toEqual([
      ['Bearer token-1', '{"x":1}'],
      ['Bearer token-2', '{"x":1}'],
    ])
  })

  it('is an error when the new one is rejected, too', async () => {
    const { server, transport } = await setUp([refusal(401, 'Unauthorized')])
    await expect(transport.request(get)).rejects.toSatisfy(isUnauthorized)
    expect(server.received).toHaveLength(2)
  })
})

describe('a call that takes too long', () => {
  it('ends at its deadline of ten seconds, whatever the server does', async () => {
    for (const reply of [silence, endless(200)]) {
      const clock = fakeClock()
      const { server, transport } = await setUp([reply], { clock })
      const outcome = transport.request({ method: 'POST', path: '/a' }).catch((error) => error)
      await server.arrived(1)
      await clock.advance(9_999)
      expect(clock.pending).toBe(1)
      await clock.advance(1)
      expect(await outcome).toMatchObject({
        code: 'timeout',
        outcomeUnknown: true,
        message: expect.stringContaining('10000 ms'),
      })
      await server.received[0]?.closed
      expect(clock.pending).toBe(0)
    }
  })

  it('ends when its caller gives up, with the caller’s reason, while waiting for an answer', async () => {
    const { server, transport } = await setUp([silence])
    const stop = new AbortController()
    const outcome = transport.request({ ...get, signal: stop.signal })
    await server.arrived(1)
    stop.abort(new Error('enough'))
    await expect(outcome).rejects.toThrow('enough')
    await server.received[0]?.closed
  })

  it('ends when its caller gives up, with the caller’s reason, while waiting for Retry-After', async () => {
    const clock = fakeClock()
    const { server, transport } = await setUp([busy], { clock })
    const stop = new AbortController()
    const outcome = transport.request({ ...get, signal: stop.signal }).catch((error) => error)
    await server.arrived(1)
    while (clock.pending < 2) await new Promise(setImmediate)
    stop.abort(new Error('enough'))
    expect(await outcome).toMatchObject({ message: 'enough' })
    expect([server.received.length, clock.pending]).toEqual([1, 0])
  })

  it('is not sent at all when its caller has given up before', async () => {
    const { server, transport } = await setUp([fine])
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(transport.request({ ...get, signal })).rejects.toThrow('enough')
    expect(server.received).toHaveLength(0)
  })
})

/** What the call fails with. */
async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  return call.then(
    () => Promise.reject(new Error('the call has succeeded')),
    (error) => error,
  )
}

/** Sends bytes for as long as somebody listens. */
function endless(status: number): Reply {
  return (response) => {
    response.writeHead(status)
    const more = setInterval(() => response.write('x'.repeat(10_000)), 1)
    response.on('close', () => clearInterval(more))
  }
}
