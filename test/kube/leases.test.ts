// The Lease over HTTP: what the answers mean, and that nothing else holds it up.

import { describe, expect, it, onTestFinished } from 'vitest'
import { seconds, systemClock } from '../../src/clock.ts'
import { createLeases } from '../../src/kube/leases.ts'
import { createTransport } from '../../src/kube/transport.ts'
import { createFence } from '../../src/leadership/fence.ts'
import { fakeApiServer, json, type Reply, refusal, silence, text } from './fake-api-server.ts'

const claim = { holderIdentity: 'a', leaseDurationSeconds: 15 }
const options = { signal: new AbortController().signal, timeout: seconds(3) }
const stored = {
  metadata: { name: 'botyard', namespace: 'ops', uid: 'u1', resourceVersion: '7', labels: { team: 'bots' } },
  spec: { holderIdentity: 'b', strategy: 'OldestEmulationVersion' },
}

async function setUp(...replies: Reply[]) {
  const server = await fakeApiServer(replies)
  const cluster = { server: server.url, access: async () => ({ headers: {}, tls: {} }), refused: () => {} }
  // The fence is closed: what passes here passes for a standby.
  const lease = { leaseDuration: seconds(15), renewDeadline: seconds(10), renewedAt: () => undefined }
  const fence = createFence({ clock: systemClock, ...lease })
  const transport = createTransport({ cluster, clock: systemClock, random: () => 0, fence })
  onTestFinished(async () => {
    await transport.close()
    await server.close()
  })
  return { server, transport, leases: createLeases(transport, { namespace: 'ops', name: 'botyard' }) }
}

describe('the Lease', () => {
  it('is read by its name', async () => {
    const { server, leases } = await setUp(json(stored))
    expect(await leases.get(options)).toEqual(stored)
    expect(server.received[0]).toMatchObject({
      method: 'GET',
      url: '/apis/coordination.k8s.io/v1/namespaces/ops/leases/botyard',
    })
  })

  it('is not there', async () => {
    const { leases } = await setUp(refusal(404, 'NotFound'))
    expect(await leases.get(options)).toBeUndefined()
    expect(await leases.update(stored, claim, options)).toBe('gone')
  })

  it('is created once only', async () => {
    const { server, leases } = await setUp(json(stored), refusal(409, 'AlreadyExists'))
    expect(await leases.create(claim, options)).toEqual(stored)
    expect(await leases.create(claim, options)).toBe('exists')
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: 'ops', name: 'botyard' },
      spec: claim,
    })
  })

  it('is written in the version that was read, with everything that others have put there', async () => {
    const { server, leases } = await setUp(json(stored), refusal(409, 'Conflict'))
    await leases.update(stored, claim, options)
    expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject({
      metadata: stored.metadata,
      spec: { ...claim, strategy: 'OldestEmulationVersion' },
    })
    expect(await leases.update(stored, claim, options)).toBe('conflict')
  })

  it.each([
    ['a path that nobody serves', text('404 page not found', { status: 404 })],
    ['a right that is missing', refusal(403, 'Forbidden')],
    ['a page of a proxy', text('<html>')],
    ['no object', json(null)],
    ['an object without metadata', json({ spec: {} })],
    ['an object without a version', json({ metadata: { name: 'botyard' } })],
    ['a spec that is none', json({ ...stored, spec: 'free' })],
  ])('is an error, not an absence, when the answer is %s', async (_what, reply) => {
    const { leases } = await setUp(reply)
    await expect(leases.get(options)).rejects.toThrow('Cannot')
    await expect(leases.update(stored, claim, options)).rejects.toThrow('Cannot')
  })
})

describe('the socket of the Lease', () => {
  it('is its own: a renewal passes while every other socket waits', async () => {
    const silent: Reply = (response, request) => {
      if (request.url?.includes('/leases/')) json(stored)(response, request)
    }
    const { server, transport, leases } = await setUp(silent)
    const stuck = Array.from({ length: 40 }, () =>
      transport.request({ method: 'GET', path: '/slow', timeout: seconds(2) }).catch(() => 'stuck'),
    )
    await server.arrived(16)
    const begun = performance.now()
    expect(await leases.update(stored, claim, options)).toEqual(stored)
    expect(performance.now() - begun).toBeLessThan(1_000)
    await transport.close()
    await Promise.all(stuck)
  })

  it('is another one after a renewal that was never answered', async () => {
    const { server, leases } = await setUp(silence, json(stored))
    await expect(leases.update(stored, claim, { ...options, timeout: 200 })).rejects.toMatchObject({ code: 'timeout' })
    expect(await leases.update(stored, claim, options)).toEqual(stored)
    expect(server.connections()).toBe(2)
  })

  it('is kept between renewals', async () => {
    const { server, leases } = await setUp(json(stored))
    for (let count = 0; count < 5; count++) await leases.update(stored, claim, options)
    expect(server.connections()).toBe(1)
  })
})
