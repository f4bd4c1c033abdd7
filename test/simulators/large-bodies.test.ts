// Bodies that are too large, through real sockets: each service refuses them in its own words, and the connection goes on.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { serve } from '../../simulators/kit/serve.ts'
import { createWorld, type World } from '../../simulators/world.ts'
import { fakeClock } from '../support/fake-clock.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const hetznerToken = 'a'.repeat(64)
const botToken = `123456789:${'a'.repeat(35)}`
const limit = 2 * 1024 * 1024

type ServiceName = 'hcloud' | 'telegram'

/** One connection to one service, on which answers are read one after the other. */
async function connected(name: ServiceName) {
  const world = createWorld({ clock: fakeClock() })
  const errors: unknown[] = []
  const service = await serve(world[name].fetch, { bodyLimitBytes: limit, onError: (error) => errors.push(error) })
  const socket = connect(service.port, '127.0.0.1')
  await once(socket, 'connect')
  closers.push(
    () => world.stop(),
    () => service.close(),
    () => socket.destroy(),
  )
  return { world, socket, errors, port: service.port }
}

interface Spoken {
  status: number
  headers: string
  body: { ok?: boolean; error?: { code: string; message: string; details: unknown } } & Record<string, unknown>
}

/** Sends head and body, and reads one answer. Both services tell the length of what they say, or send it in chunks. */
async function talk(socket: Socket, request: { head: string; pieces?: Iterable<Buffer | string> }): Promise<Spoken> {
  let text = ''
  const whole = new Promise<void>((resolve, reject) => {
    socket.on('data', function onData(chunk) {
      text += chunk.toString('latin1')
      if (!isWhole(text)) return
      socket.off('data', onData)
      resolve()
    })
    socket.once('close', () => reject(new Error(`The connection closed after: ${text}`)))
  })
  socket.write(request.head)
  for (const piece of request.pieces ?? []) if (!socket.write(piece)) await once(socket, 'drain')
  await whole
  const [headers = '', body = ''] = text.split('\r\n\r\n')
  return { status: Number(headers.split(' ')[1]), headers, body: JSON.parse(/\{.*\}/s.exec(body)?.[0] ?? '{}') }
}

function isWhole(text: string): boolean {
  const [headers = '', body] = text.split('\r\n\r\n')
  if (body === undefined) return false
  const length = /content-length: (\d+)/i.exec(headers)?.[1]
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : body.length >= Number(length)
}

const head = (line: string, ...more: string[]): string =>
  [`${line} HTTP/1.1`, 'host: localhost', ...more, '', ''].join('\r\n')

const calls = {
  hcloud: { line: 'POST /v1/servers', headers: [`authorization: Bearer ${hetznerToken}`] },
  telegram: { line: `POST /bot${botToken}/setWebhook`, headers: ['content-type: application/json'] },
}

const refusals = {
  hcloud: { error: { code: 'invalid_input', message: 'the request body is too large', details: {} } },
  telegram: { ok: false, error_code: 413, description: 'Request Entity Too Large' },
}

const next = {
  hcloud: { line: 'GET /v1/servers', headers: calls.hcloud.headers },
  telegram: { line: `GET /bot${botToken}/getMe`, headers: [] },
}

const megabyte = Buffer.alloc(1024 * 1024, 'x')
const services: ServiceName[] = ['hcloud', 'telegram']
const statuses = (world: World, name: ServiceName) => world[name].requests.log().map(({ status }) => status)

describe.each(services)('%s', (name) => {
  const { line, headers } = calls[name]
  const follow = async (socket: Socket) =>
    (await talk(socket, { head: head(next[name].line, ...next[name].headers) })).status

  it('refuses a body beyond the limit with 413, and answers the next request on the same connection', async () => {
    const { world, socket, errors } = await connected(name)
    const length = `content-length: ${4 * megabyte.length}`
    const refused = await talk(socket, { head: head(line, ...headers, length), pieces: Array(4).fill(megabyte) })
    expect([refused.status, refused.body]).toEqual([413, refusals[name]])
    expect(await follow(socket)).toBe(200)
    expect(statuses(world, name)).toEqual([413, 200])
    expect(errors).toEqual([])
  })

  it('refuses one that does not tell its length', async () => {
    const { socket } = await connected(name)
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), megabyte, Buffer.from('\r\n')])
    const pieces = [chunk, chunk, chunk, '0\r\n\r\n']
    const refused = await talk(socket, { head: head(line, ...headers, 'transfer-encoding: chunked'), pieces })
    expect([refused.status, refused.body]).toEqual([413, refusals[name]])
    expect(await follow(socket)).toBe(200)
  })

  it('refuses one that waits for leave before it is sent', async () => {
    const { socket } = await connected(name)
    const length = `content-length: ${4 * megabyte.length}`
    const refused = await talk(socket, { head: head(line, ...headers, length, 'expect: 100-continue') })
    expect([refused.status, refused.body]).toEqual([413, refusals[name]])
    expect(refused.headers.toLowerCase()).toContain('connection: close')
  })

  it('ends the connection of one that never comes to its end', async () => {
    const { socket } = await connected(name)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    socket.write(head(line, ...headers, 'transfer-encoding: chunked'))
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), megabyte, Buffer.from('\r\n')])
    for (let sent = 0; sent < 200 && !socket.destroyed; sent++) {
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain').catch(() => {}), closed])
    }
    await closed
  })

  it('is told to a client of our own kind, as any other answer', async () => {
    const { port } = await connected(name)
    const [method = '', path = ''] = line.split(' ')
    const body = megabyte.toString().repeat(3)
    const given = Object.fromEntries(headers.map((one) => one.split(': ')))
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: given, body })
    expect([response.status, await response.json()]).toEqual([413, refusals[name]])
  })
})

it('a control route refuses it as well', async () => {
  const { socket } = await connected('hcloud')
  const length = `content-length: ${4 * megabyte.length}`
  const pieces = Array(4).fill(megabyte)
  const refused = await talk(socket, { head: head('POST /_simulator/faults', length), pieces })
  expect([refused.status, refused.body]).toEqual([413, { error: expect.stringContaining('too large') }])
})

it('an unknown path is told first, where the service looks at it first', async () => {
  const { socket } = await connected('hcloud')
  const length = `content-length: ${4 * megabyte.length}`
  const pieces = Array(4).fill(megabyte)
  expect((await talk(socket, { head: head('POST /v1/nothing', length), pieces })).status).toBe(404)
  const unknown = await talk(socket, { head: head('POST /v1/servers', length), pieces })
  expect([unknown.status, unknown.body.error?.code]).toEqual([401, 'unauthorized'])
})

it('what is only too large a certificate is refused as that', async () => {
  const world = createWorld({ clock: fakeClock() })
  const service = await serve(world.telegram.fetch)
  closers.push(
    () => world.stop(),
    () => service.close(),
  )
  const body = new FormData()
  body.set('url', 'https://127.64.0.1/')
  body.set('certificate', new Blob(Array(9).fill(megabyte)), 'cert.pem')
  const response = await fetch(`${service.url}/bot${botToken}/setWebhook`, { method: 'POST', body })
  const description = `Bad Request: certificate size is too big (${9 * megabyte.length} bytes)`
  expect([response.status, await response.json()]).toEqual([400, { ok: false, error_code: 400, description }])
})
