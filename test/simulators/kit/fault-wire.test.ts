// Each kind on a real connection, byte by byte: what arrives, when, how the connection ends, and whether the effect happened.

import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { systemClock } from '../../../simulators/kit/clock.ts'
import type { FaultKind } from '../../../simulators/kit/fault.ts'
import { pageOfHTML } from '../../../simulators/kit/fault-answer.ts'
import { createFaults } from '../../../simulators/kit/faults.ts'
import { type Serving, serve } from '../../../simulators/kit/serve.ts'

const whole = JSON.stringify({ server: { id: 1, name: 'a server of some length' } })
const open: Serving[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

interface Seen {
  status: number
  headers: string
  body: string
  /** Milliseconds from the request to the headers and to the end. */
  headersAfter: number
  endAfter: number
  /** In how many pieces the body came, at least. */
  pieces: number
  end: 'complete' | 'closed early' | 'reset' | 'silent'
  effects: number
}

/** Gives up after `patience` milliseconds. */
async function ask(fault: FaultKind | undefined, patience = 2_000): Promise<Seen> {
  const faults = createFaults({ clock: systemClock() })
  if (fault !== undefined) faults.add({ route: 'POST /servers', ...fault })
  let effects = 0
  const service = await serve(
    faults.wrap(async () => {
      effects += 1
      return new Response(whole, { status: 201, headers: { 'content-type': 'application/json' } })
    }),
    {
      onError: (error) => {
        throw error
      },
    },
  )
  open.push(service)
  const seen = await exchange(service.port, patience)
  return { ...seen, effects }
}

async function exchange(port: number, patience: number): Promise<Omit<Seen, 'effects'>> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const start = performance.now()
  let text = ''
  let headersAfter = Number.NaN
  let pieces = 0
  let end: Seen['end'] = 'closed early'
  const ended = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      if (Number.isNaN(headersAfter)) headersAfter = performance.now() - start
      const hadHeaders = text.includes('\r\n\r\n')
      text += chunk.toString('utf8')
      if (hadHeaders || !text.endsWith('\r\n\r\n')) pieces += 1
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      end = error.code === 'ECONNRESET' ? 'reset' : 'closed early'
    })
    socket.on('close', () => resolve())
  })
  socket.write('POST /servers HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
  const stop = new AbortController()
  const waited = setTimeout(patience, 'silent', { signal: stop.signal }).catch(() => '')
  if ((await Promise.race([ended, waited])) === 'silent') end = 'silent'
  stop.abort()
  socket.destroy()
  const [headers = '', ...rest] = text.split('\r\n\r\n')
  const { body, isWhole } = bodyOf(headers, rest.join('\r\n\r\n'))
  if (end === 'closed early' && isWhole) end = 'complete'
  const status = Number(headers.split(' ')[1] ?? 0)
  return { status, headers, body, headersAfter, endAfter: performance.now() - start, pieces, end }
}

function bodyOf(headers: string, raw: string): { body: string; isWhole: boolean } {
  const length = /content-length: (\d+)/i.exec(headers)?.[1]
  if (length !== undefined) return { body: raw, isWhole: raw.length === Number(length) }
  const [, body = ''] = /^[0-9a-f]+\r\n(.*)\r\n0\r\n\r\n$/s.exec(raw) ?? []
  return { body, isWhole: raw.endsWith('0\r\n\r\n') }
}

it('without a fault the whole answer comes at once', async () => {
  expect(await ask(undefined)).toMatchObject({ status: 201, body: whole, end: 'complete', effects: 1 })
})

it.each<{ fault: FaultKind; wanted: Partial<Seen>; patience?: number }>([
  { fault: { kind: 'before' }, wanted: { end: 'reset', body: '', headers: '', effects: 0 } },
  { fault: { kind: 'after' }, wanted: { end: 'reset', body: '', headers: '', effects: 1 } },
  { fault: { kind: 'held' }, patience: 150, wanted: { end: 'silent', headers: '', effects: 0 } },
  { fault: { kind: 'late' }, patience: 150, wanted: { end: 'silent', headers: '', effects: 1 } },
  { fault: { kind: 'held', ms: 10_000 }, patience: 150, wanted: { end: 'silent', headers: '', effects: 0 } },
  { fault: { kind: 'late', ms: 10_000 }, patience: 150, wanted: { end: 'silent', headers: '', effects: 1 } },
  {
    fault: { kind: 'half' },
    wanted: { end: 'closed early', status: 201, body: whole.slice(0, Math.floor(whole.length / 2)), effects: 1 },
  },
  { fault: { kind: 'twice' }, wanted: { end: 'complete', status: 201, body: whole, effects: 2 } },
  {
    fault: { kind: 'stuck' },
    patience: 150,
    wanted: { end: 'silent', status: 201, body: whole.slice(0, Math.floor(whole.length / 2)), effects: 1 },
  },
  { fault: { kind: 'wrongBody' }, wanted: { end: 'complete', status: 201, body: pageOfHTML, effects: 1 } },
  { fault: { kind: 'wrongBody', body: '{]' }, wanted: { end: 'complete', status: 201, body: '{]', effects: 1 } },
  { fault: { kind: 'wrongBody', body: '' }, wanted: { end: 'complete', status: 201, body: '', effects: 1 } },
  { fault: { kind: 'status', status: 503 }, wanted: { end: 'complete', status: 503, body: pageOfHTML, effects: 0 } },
])('$fault: $wanted.end', async ({ fault, wanted, patience }) => {
  expect(await ask(fault, patience)).toMatchObject(wanted)
})

it.each<'half' | 'stuck'>(['half', 'stuck'])('%s tells the length of the whole', async (kind) => {
  expect((await ask({ kind }, 150)).headers.toLowerCase()).toContain(`content-length: ${whole.length}`)
})

it('status sends its headers and media type', async () => {
  const { headers } = await ask({
    ...{ kind: 'status', status: 429, body: '{}', contentType: 'application/json' },
    headers: { 'Retry-After': '3' },
  })
  expect(headers.toLowerCase().split('\r\n')).toEqual(
    expect.arrayContaining(['retry-after: 3', 'content-type: application/json']),
  )
})

it.each<'held' | 'late'>(['held', 'late'])('%s answers in full when its time is over', async (kind) => {
  const seen = await ask({ kind, ms: 200 })
  expect(seen).toMatchObject({ status: 201, body: whole, end: 'complete', effects: 1 })
  expect(seen.headersAfter).toBeGreaterThan(190)
})

it('slow sends the headers at once, and the body in pieces over its time', async () => {
  const seen = await ask({ kind: 'slow', ms: 600 })
  expect(seen).toMatchObject({ status: 201, body: whole, end: 'complete', effects: 1 })
  expect(seen.headersAfter).toBeLessThan(300)
  expect(seen.endAfter).toBeGreaterThan(590)
  expect(seen.pieces).toBeGreaterThan(5)
})
