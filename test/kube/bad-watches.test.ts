// What no API server should send, through the client into the runtime: each is told, the process goes on, and the cache
// holds what is true.

import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { createReflector } from '../../src/controller/cache/reflector.ts'
import { createStore } from '../../src/controller/cache/store.ts'
import type { KubernetesObject } from '../../src/controller/kubernetes-object.ts'
import { createListWatch } from '../../src/kube/list-watch.ts'
import { createTransport } from '../../src/kube/transport.ts'
import { waitFor } from '../support/control-plane.ts'
import { frozen } from '../support/frozen.ts'
import { fakeApiServer, json, type Reply, refusal, text } from './fake-api-server.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const thing = (name: string, version: string) => ({ metadata: { name, uid: `uid-${name}`, resourceVersion: version } })
const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`
const listEnd = (resourceVersion: string) =>
  line('BOOKMARK', { metadata: { resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } } })

/** A watch that says this and then stays open. */
const says =
  (...lines: (string | Uint8Array)[]): Reply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    for (const each of lines) response.write(each)
  }

const page = (body: object): Reply => json({ metadata: { resourceVersion: '9' }, items: [thing('true', '9')], ...body })
const noStream = refusal(422, 'Invalid')

/** A reflector over a server that replies so, in turn. */
async function follow(...replies: Reply[]) {
  const server = await fakeApiServer(replies)
  const cluster = { server: server.url, access: async () => ({ headers: {}, tls: {} }), refused: () => {} }
  const transport = createTransport({ cluster, clock: systemClock, random: () => 0 })
  const store = createStore<KubernetesObject>()
  const told: string[] = []
  const reflector = createReflector({
    listWatch: createListWatch<KubernetesObject>({ transport, path: '/things' }),
    store,
    transform: frozen,
    clock: systemClock,
    random: () => 0,
    onError: (error, phase) => told.push(`${phase}: ${(error as Error).message}`),
    onWentBack: ({ from, to }) => told.push(`went back: ${from} to ${to}`),
  })
  const stop = new AbortController()
  const ended = reflector.run(stop.signal)
  cleanups.push(server.close, transport.close, () => {
    stop.abort()
    return ended
  })
  const names = () => store.list().map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
  const holds = (...expected: string[]) =>
    waitFor(`the store to hold ${expected}, not ${names()}`, async () => names().join() === expected.join())
  return { server, told, holds, reflector }
}

/** The list that heals, as a stream. */
const healed = says(line('ADDED', thing('true', '9')), listEnd('9'))

/** A watch that goes wrong after its list. */
const begunThen = (...lines: (string | Uint8Array)[]): Reply =>
  says(line('ADDED', thing('old', '4')), listEnd('5'), ...lines, line('ADDED', thing('skipped', '8')))

describe('a watch that brings', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['a malformed line', '{"type": "ADDED", \n', 'a line is not JSON'],
    ['a page of HTML', '<html>hush</html>\n', 'a line is not JSON'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x0a]), 'a line is not JSON'],
    ['an unknown event type', line('RENAMED', thing('x', '6')), 'an event has a type that nobody knows'],
    ['no event', '{"kind": "List"}\n', 'a line is not a watch event'],
    ['an object without metadata', line('ADDED', {}), 'an event ADDED has no object with name, uid and version'],
    ['no object', line('MODIFIED', null), 'an event MODIFIED has no object with name, uid and version'],
    ['a bookmark of nothing', line('BOOKMARK', {}), 'an event BOOKMARK has no object with name, uid and version'],
  ])('%s is dropped there, told and listed anew', async (_, bad, problem) => {
    const { told, holds, server } = await follow(begunThen(bad), healed)
    await holds('true@9')
    expect(told).toEqual([`watch: Cannot watch /things: ${problem}`])
    expect(server.received).toHaveLength(2)
  })

  it.each([
    { code: 400, reason: 'BadRequest' },
    { code: 401, reason: 'Unauthorized' },
    { code: 403, reason: 'Forbidden' },
    { code: 404, reason: 'NotFound' },
    { code: 500, reason: 'InternalError' },
    { code: 504, reason: 'Timeout' },
  ])('an ERROR line $code $reason is told; when it comes again, the list is', async ({ code, reason }) => {
    const error = line('ERROR', { kind: 'Status', code, reason, message: 'said so' })
    const { told, holds, server } = await follow(begunThen(error), says(error), healed)
    await holds('true@9')
    const problem = `watch: Cannot watch /things: said so (${code} ${reason})`
    expect(told).toEqual([problem, problem])
    expect(server.received[1]?.url).toContain('resourceVersion=5')
  })

  it.each(['Expired', 'Gone'])('an ERROR line 410 %s is told, and listed anew', async (reason) => {
    const error = line('ERROR', { kind: 'Status', code: 410, reason, message: 'said so' })
    const { told, holds } = await follow(begunThen(error), healed)
    await holds('true@9')
    expect(told).toEqual([`watch: Cannot watch /things: said so (410 ${reason})`])
  })

  it.each([
    { code: 429, reason: 'TooManyRequests' },
    { code: 503, reason: 'ServiceUnavailable' },
  ])('an ERROR line $code $reason is told, and the watch goes on where it was', async ({ code, reason }) => {
    const error = line('ERROR', { kind: 'Status', code, reason, message: 'said so' })
    // Before it goes on it looks whether this is still the same past.
    const { told, holds, server } = await follow(begunThen(error), page({}), says(line('ADDED', thing('true', '9'))))
    await holds('old@4', 'true@9')
    expect(told).toEqual([`watch: Cannot watch /things: said so (${code} ${reason})`])
    expect(server.received[2]?.url).toContain('resourceVersion=5')
  })

  it('an event from before what it has told already is told, and listed anew', async () => {
    const { told, holds } = await follow(begunThen(line('MODIFIED', thing('old', '3'))), healed)
    await holds('true@9')
    expect(told).toEqual(['watch: Cannot follow the watch: version 3 came after 5'])
  })

  it('the same event twice tells it once', async () => {
    const twice = line('MODIFIED', thing('old', '6'))
    const { told, holds } = await follow(begunThen(twice, twice), healed)
    await holds('old@6', 'skipped@8')
    expect(told).toEqual([])
  })

  it.each([
    ['text/html', 'text/html; charset=utf-8'],
    ['protobuf', 'application/vnd.kubernetes.protobuf;stream=watch'],
  ])('%s in place of JSON is told before its first byte', async (_, type) => {
    const endless: Reply = (response) => {
      response.writeHead(200, { 'content-type': type })
      response.write('no line ever ends')
    }
    const { told, holds } = await follow(endless, page({}), says())
    await holds('true@9')
    expect(told).toEqual(['list: Cannot GET /things: the answer is not JSON'])
  })
})

describe('a list that brings', () => {
  it.each<[string, Reply, string]>([
    ['a page of HTML', text('<html>hush</html>'), 'Cannot GET /things: the answer is not JSON'],
    ['something else', json({ kind: 'Status' }), 'Cannot list /things: the answer is not a list'],
    ['null', json(null), 'Cannot list /things: the answer is not a list'],
    ['no items', json({ metadata: { resourceVersion: '5' } }), 'Cannot list /things: the answer is not a list'],
    ['no version', json({ items: [] }), 'Cannot list /things: the answer is not a list'],
    [
      'an object without metadata',
      page({ items: [thing('a', '3'), {}] }),
      'Cannot list /things: the answer has an object without name, uid or version',
    ],
  ])('%s keeps what the store holds, is told and asked for again', async (_, bad, problem) => {
    const replies = [noStream, page({ items: [thing('old', '4')] }), refusal(410, 'Expired'), bad, page({}), says()]
    const { told, holds } = await follow(...replies)
    await holds('true@9')
    expect(told.slice(1)).toEqual([`list: ${problem}`])
  })
})

describe('revisions that go backwards', () => {
  const future = refusal(504, 'Timeout', { details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } })

  it('are told; the store holds the state that is, and goes on from there', async () => {
    const restored = says(line('ADDED', thing('from the backup', '7')))
    const { told, holds, reflector } = await follow(
      says(line('ADDED', thing('lost', '400')), listEnd('500'), line('ERROR', { kind: 'Status', code: 410 })),
      future,
      future,
      json({ metadata: { resourceVersion: '6' }, items: [thing('kept', '4')] }),
      restored,
    )
    await holds('kept@4', 'from the backup@7')
    expect(told.slice(1)).toEqual(['list: Cannot GET /things: told: Timeout (504 Timeout)', 'went back: 500 to 6'])
    expect(reflector.lastError).toBeUndefined()
  })
})

describe('a server that is busy', () => {
  it('saying "storage is (re)initializing" (429) to a list is asked again when it says', async () => {
    const initializing = refusal(429, 'TooManyRequests', { retryAfter: '0.1' })
    const { told, holds, server } = await follow(noStream, initializing, initializing, page({}), says())
    await holds('true@9')
    expect([told, server.received.length]).toEqual([[], 5])
  })
})
