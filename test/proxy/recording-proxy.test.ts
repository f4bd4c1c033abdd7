// The proxy in front of three upstreams of its own: what it forwards, and what it keeps from either side.

import { createServer as createTLSServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Agent, fetch } from 'undici'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { createAuthority } from '../../scripts/control-plane/certificates.ts'
import { serve } from '../../simulators/kit/serve.ts'
import { createRecordingProxy, Dropped, type ProxyListener, type RecordingProxy } from './recording-proxy.ts'

let proxy: RecordingProxy | undefined
afterEach(() => proxy?.close())

async function startProxy(listener: ProxyListener, namespace?: string) {
  const seen: string[] = []
  const plain = await serve(async (request) => {
    seen.push(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`)
    return Response.json({ ok: true })
  })
  const authority = await createAuthority()
  const { certificate: cert, key } = await authority.issueServer('upstream')
  const secured = createTLSServer({ cert, key }, (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    response.end('{}')
  })
  await new Promise<void>((resolve) => secured.listen(0, '127.0.0.1', resolve))
  const url = `https://127.0.0.1:${(secured.address() as AddressInfo).port}`
  onTestFinished(async () => {
    await plain.close()
    secured.close()
    secured.closeAllConnections()
  })
  const upstreams = { kubernetes: { url, ca: authority.certificate }, hcloud: plain.url, telegram: plain.url }
  proxy = await createRecordingProxy({ ...upstreams, listener, ...(namespace !== undefined && { namespace }) })
  return { seen, proxy }
}

describe('the recording proxy', () => {
  it('forwards body and answer, and tells of both', async () => {
    const told: string[] = []
    const { seen, proxy } = await startProxy({
      before: ({ path }) => void told.push(`before ${path}`),
      after: ({ path }, { status }) => void told.push(`after ${path} ${status}`),
    })
    const answer = await fetch(`${proxy.urls.hcloud}/v1/servers`, { method: 'POST', body: '{"name":"a"}' })
    expect(await answer.json()).toEqual({ ok: true })
    expect(seen).toEqual(['POST /v1/servers {"name":"a"}'])
    expect(told).toEqual(['before /servers', 'after /servers 200'])
  })

  it('keeps a call from the upstream that is dropped before, and only the answer from the client when after', async () => {
    const drop = () => {
      throw new Dropped('here')
    }
    const before = await startProxy({ before: drop })
    await expect(fetch(`${before.proxy.urls.telegram}/bot1:a/getMe`, { method: 'POST' })).rejects.toThrow()
    expect(before.seen).toEqual([])
    await before.proxy.close()
    const after = await startProxy({ after: drop })
    await expect(fetch(`${after.proxy.urls.telegram}/bot1:a/getMe`, { method: 'POST' })).rejects.toThrow()
    expect(after.seen).toHaveLength(1)
  })

  it('speaks TLS for the API server, and asks it for one namespace where the operator asks for all', async () => {
    const { seen, proxy } = await startProxy({}, 'plan-1')
    const dispatcher = new Agent({ connect: { ca: proxy.ca } })
    const headers = { authorization: 'Bearer t' }
    await fetch(`${proxy.urls.kubernetes}/apis/botyard.dev/v1alpha1/projects?limit=5`, { dispatcher, headers })
    expect(seen).toEqual(['GET /apis/botyard.dev/v1alpha1/namespaces/plan-1/projects?limit=5 Bearer t'])
    await dispatcher.destroy()
  })
})
