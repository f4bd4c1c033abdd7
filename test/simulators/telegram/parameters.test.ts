// How parameters reach the Bot API, and what becomes of a body that does not hold together.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonMembers } from '../../../simulators/telegram/json-members.ts'
import { setup, token, url } from './bot-api.ts'

const text = 'grüße & mehr'
const json = (body: string) => ({ method: 'POST', body, headers: { 'content-type': 'application/json' } })
const multipart = (body: string, contentType = 'multipart/form-data; boundary=b') => ({
  method: 'POST',
  body: body.replaceAll('\n', '\r\n'),
  headers: { 'content-type': contentType },
})

describe('a call', () => {
  it.each<{ how: string; path?: string; init: RequestInit }>([
    { how: 'the query', path: `sendMessage?chat_id=7&text=${encodeURIComponent(text)}`, init: {} },
    { how: 'a form', init: { method: 'POST', body: new URLSearchParams({ chat_id: '7', text }) } },
    { how: 'JSON', init: json(JSON.stringify({ chat_id: 7, text })) },
    {
      how: 'multipart',
      init: multipart(
        `--b\nContent-Disposition: form-data; name="chat_id"\n\n7\n--b\ncontent-disposition:form-data;name="text"\n\n${text}\n--b--\n`,
      ),
    },
    {
      how: 'a form within multipart',
      init: multipart(
        `--b\nContent-Disposition: form-data; name="x"\nContent-Type: application/x-www-form-urlencoded\n\nchat_id=7&text=${encodeURIComponent(text)}\n--b--\n`,
      ),
    },
    {
      how: 'all at once, the query first',
      path: 'sendMessage?chat_id=7',
      init: json(`{"chat_id":8,"text":"${text}"}`),
    },
  ])('takes parameters from $how', async ({ path = 'sendMessage', init }) => {
    const { send, bot } = setup()
    const { body } = await send(path, init)
    expect(body).toMatchObject({ ok: true, result: { text, chat: { id: 7 } } })
    expect(bot().answers).toEqual([expect.objectContaining({ via: 'api', chatID: '7', text })])
  })

  it('passes over a body of another type', async () => {
    const { send } = setup()
    const { body } = await send('sendMessage?chat_id=7', { method: 'POST', body: 'text=hi' })
    expect(body.description).toBe('Bad Request: message text is empty')
  })

  it.each(['GETME', 'getme', '?method=getMe', '?method=GETME'])('may be named as %s', async (name) => {
    expect((await setup().send(name)).body.ok).toBe(true)
  })

  it.each(['/', '/x', `/bot${token}`, `/BOT${token}/getMe`, '/bot', '/file/bot1/x'])(
    'is not found at %s',
    async (path) => {
      const response = await setup().telegram.fetch(new Request(`http://localhost${path}`))
      expect(await response.json()).toEqual({ ok: false, error_code: 404, description: 'Not Found' })
    },
  )

  it.each(['nothing', '', 'getMe/x', 'getMe/', 'toString'])('of the unknown method "%s" is not found', async (name) => {
    expect((await setup().send(name)).body).toEqual({
      ok: false,
      error_code: 404,
      description: 'Not Found: method not found',
    })
  })

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('by %s is not implemented', async (method) => {
    const { status, body } = await setup().send('getMe', { method })
    expect({ status, body }).toEqual({
      status: 501,
      body: { ok: false, error_code: 501, description: 'Not Implemented' },
    })
  })
})

describe('a body over the limit', () => {
  const megabyte = 1024 * 1024
  it.each<{ what: string; path?: string; init?: RequestInit; status: number }>([
    { what: 'JSON of a megabyte', init: json(JSON.stringify({ text: 'x'.repeat(megabyte - 11) })), status: 400 },
    { what: 'JSON of a byte more', init: json(JSON.stringify({ text: 'x'.repeat(megabyte - 10) })), status: 413 },
    {
      what: 'a form',
      init: { method: 'POST', body: new URLSearchParams({ text: 'x'.repeat(megabyte) }) },
      status: 413,
    },
    { what: 'a query', path: `sendMessage?text=${'x'.repeat(megabyte)}`, status: 413 },
    {
      what: 'a text in multipart',
      init: multipart(`--b\nContent-Disposition: form-data; name="text"\n\n${'x'.repeat(megabyte + 1)}\n--b--\n`),
      status: 413,
    },
    {
      what: 'many texts in multipart',
      init: multipart(
        `${`--b\nContent-Disposition: form-data; name="text"\n\n${'x'.repeat(megabyte / 2)}\n`.repeat(3)}--b--\n`,
      ),
      status: 413,
    },
    {
      what: '501 files',
      init: multipart(`${'--b\nContent-Disposition: form-data; name="f"; filename="f"\n\nx\n'.repeat(501)}--b--\n`),
      status: 413,
    },
  ])('$what: $status', async ({ path = 'sendMessage', init = {}, status }) => {
    const { body } = await setup().send(path, init)
    expect(body.error_code).toBe(status)
    if (status === 413) expect(body.description).toBe('Request Entity Too Large')
  })

  it('is no file, which may be larger', async () => {
    const { upload } = setup()
    expect((await upload('getMe', { any: new Blob(['x'.repeat(3 * megabyte)]) })).body.ok).toBe(true)
  })
})

describe('multipart', () => {
  it.each([
    { contentType: 'multipart/form-data', description: 'Bad Request: boundary not found' },
    { contentType: 'multipart/form-data; boundary', description: 'Bad Request: boundary value not found' },
    { contentType: 'multipart/form-data; boundary=', description: 'Bad Request: boundary too big or empty' },
    { contentType: 'multipart/form-data; boundary=""', description: 'Bad Request: boundary too big or empty' },
    {
      contentType: `multipart/form-data; boundary=${'b'.repeat(71)}`,
      description: 'Bad Request: boundary too big or empty',
    },
    {
      contentType: 'multipart/form-data; boundary=other',
      description: 'Bad Request: unexpected end of request content',
    },
    {
      contentType: 'multipart/form-data; boundary=b',
      description: 'Bad Request: unexpected end of request content',
      body: '--b\nContent-Disposition: form-data; name="text"\n\nhi',
    },
  ])('$contentType: $description', async ({ contentType, description, body = '--b\nx: y\n\nhi\n--b--\n' }) => {
    const answer = await setup().send('sendMessage', multipart(body, contentType))
    expect(answer.body).toEqual({ ok: false, error_code: 400, description })
  })

  it.each(['multipart/form-data; boundary=b', 'Multipart/Form-Data; Boundary="b"'])('is taken as %s', async (type) => {
    const body = '--b\nContent-Disposition: form-data; name="chat_id"\n\n7\n--b--\n'
    const answer = await setup().send('sendMessage?text=hi', multipart(body, type))
    expect(answer.body.ok).toBe(true)
  })
})

describe('JSON', () => {
  it('that is broken counts up to its mistake: half a setWebhook takes the webhook away', async () => {
    const { call, send, info, clock } = setup()
    await call('setWebhook', { url })
    await clock.advance(1_000)
    expect((await send('setWebhook', json('{"url":'))).body.description).toBe('Webhook was deleted')
    expect(await info()).toMatchObject({ url: '' })
    await send('setWebhook', json(`{"url":"${url}","max_connections":7,`))
    expect(await info()).toMatchObject({ url, max_connections: 7 })
  })

  it.each([
    ['', []],
    ['null', []],
    ['[]', []],
    ['"text"', []],
    ['{}', []],
    ['{"a":1}', [['a', '1']]],
    [
      ' { "a" : "1" , "b" : [1, {"c": "]"}] } ',
      [
        ['a', '1'],
        ['b', '[1, {"c": "]"}]'],
      ],
    ],
    [
      '{"a":null,"b":true,"c":1e3,"d":-0.5}',
      [
        ['a', 'null'],
        ['b', 'true'],
        ['c', '1e3'],
        ['d', '-0.5'],
      ],
    ],
    ['{"\\u0061":"\\u00e4\\n\\""}', [['a', 'ä\n"']]],
    ['{"a":1,}', [['a', '1']]],
    ['{"a":1,"b"}', [['a', '1']]],
    ['{"a":1,"b":,"c":2}', [['a', '1']]],
    ['{"a":1,"b":[1,"c":2}', [['a', '1']]],
    ['{"a":1,"b":"open', [['a', '1']]],
    ['{"a":1 "b":2}', [['a', '1']]],
    ["{'a':1}", []],
    [
      '{"a":1,"a":2}',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    [`{"a":1,"b":${'['.repeat(101)}${']'.repeat(101)}}`, [['a', '1']]],
  ])('%s', (body, members) => expect(jsonMembers(body)).toEqual(members))

  it('that is whole gives every member, and cut anywhere no more than that', () => {
    const bodies = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }))
    fc.assert(
      fc.property(bodies, fc.nat(), (body, cut) => {
        const whole = JSON.stringify(body)
        const members = jsonMembers(whole)
        const wanted = Object.entries(body).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : JSON.stringify(value),
        ])
        expect(members).toEqual(wanted)
        const part = jsonMembers(whole.slice(0, cut % whole.length))
        const complete = part.length > 0 && part.at(-1)?.[1] !== wanted[part.length - 1]?.[1] ? part.slice(0, -1) : part
        expect(complete).toEqual(wanted.slice(0, complete.length))
      }),
    )
  })
})
