// The fetch of the providers: what it sends and gives back. That it begins nothing late, test/safety says.

import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { Agent } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { openFence } from '../../src/leadership/fence.ts'
import { gatedFetch } from '../../src/leadership/socket-gate.ts'

async function setUp(listener: RequestListener) {
  const server = createServer(listener)
  const pieces: string[] = []
  server.on('connection', (socket: Socket) => socket.prependListener('data', (chunk) => pieces.push(String(chunk))))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const agent = new Agent({ allowH2: false })
  onTestFinished(async () => {
    await agent.destroy()
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const fetch = gatedFetch({ agent, clock: systemClock, fence: openFence })
  const abort = new AbortController()
  const init = { method: 'POST', headers: { authorization: 'Bearer x' }, body: '{"a":1}', signal: abort.signal }
  return { ask: () => fetch(url, { ...init, redirect: 'error' as const }), pieces, abort }
}

describe('the fetch of the providers', () => {
  it('sends head and body in one piece', async () => {
    const { ask, pieces } = await setUp((_request, response) => response.end('{}'))
    await ask()
    expect(pieces).toHaveLength(1)
    expect(pieces[0]).toMatch(/^POST \/v1 HTTP\/1\.1\r\n.*authorization: Bearer x\r\n.*\{"a":1\}$/s)
  })

  it('gives status, headers by any case, and the body', async () => {
    const { ask } = await setUp((_request, response) => {
      response.writeHead(418, { 'retry-after': '7', 'x-many': ['a', 'b'] }).end('hello')
    })
    const answer = await ask()
    expect([answer.status, answer.headers.get('Retry-After'), answer.headers.get('x-none')]).toEqual([418, '7', null])
    expect(answer.headers.get('x-many')).toBe('a, b')
    expect(await text(answer.body)).toBe('hello')
  })

  it('reads what is packed', async () => {
    const { ask } = await setUp((request, response) => {
      expect(request.headers['accept-encoding']).toBe('gzip')
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000)))
    })
    expect(await text((await ask()).body)).toHaveLength(100_000)
  })

  it.each([
    ['broken off', gzipSync('x'.repeat(100_000)).subarray(0, 40)],
    ['not packed at all', Buffer.from('plain')],
  ])('rejects what is said to be packed and is %s', async (_what, body) => {
    const { ask } = await setUp((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body)
    })
    await expect(text((await ask()).body)).rejects.toThrow()
  })

  it('follows no redirect', async () => {
    let count = 0
    const { ask } = await setUp((_request, response) => {
      count += 1
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    expect((await ask()).status).toBe(302)
    expect(count).toBe(1)
  })

  it('ends with its signal, also in the middle of a packed body', async () => {
    const { ask, abort } = await setUp((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).write(gzipSync('x').subarray(0, 5))
    })
    const body = text((await ask()).body)
    abort.abort(new Error('given up'))
    await expect(body).rejects.toThrow('given up')
  })
})
