// How Telegram reads a webhook's URL: what becomes of each part, and that nothing else about it changes.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseWebhookURL, type WebhookTarget } from '../../../simulators/telegram/webhook-url.ts'
import { setup } from './bot-api.ts'

const plain: WebhookTarget = { scheme: 'https', host: 'h.example', port: 443, path: '/', userinfo: '' }

describe('a URL', () => {
  it.each<[string, Partial<WebhookTarget>]>([
    ['https://h.example', {}],
    ['HTTPS://H.Example/', {}],
    ['h.example', {}],
    ['h.example:8443', { port: 8443 }],
    ['https://h.example:00088/x', { port: 88, path: '/x' }],
    ['http://h.example', { scheme: 'http', port: 80 }],
    ['https://h.example/a/../b//c', { path: '/a/../b//c' }],
    ['https://h.example?a=b', { path: '/?a=b' }],
    ['https://h.example/x?a=b#c', { path: '/x?a=b#c' }],
    ['https://h.example/a b\t', { path: '/a%20b' }],
    ['https://h.example/%7e', { path: '/%7e' }],
    ['https://h.example/ü', { path: '/ü' }],
    ['https://u:p%40@h.example/', { userinfo: 'u:p%40' }],
    ['https://1.2.3.4/', { host: '1.2.3.4' }],
    ['https://[2001:DB8::1]:88/', { host: '2001:db8::1', port: 88 }],
    ['https://bücher.example/', { host: 'xn--bcher-kva.example' }],
    ['https://under_score.example/', { host: 'under_score.example' }],
  ])('%s', (raw, differs) => expect(parseWebhookURL(raw)).toEqual({ ...plain, ...differs }))

  it('keeps its path and query to the letter', () => {
    const path = fc.stringMatching(/^\/[!-~]{0,40}$/)
    fc.assert(
      fc.property(path, fc.integer({ min: 1, max: 65_535 }), (given, port) => {
        expect(parseWebhookURL(`https://h.example:${port}${given}`)).toEqual({ ...plain, port, path: given })
      }),
    )
  })

  it('never makes the reader throw', () => {
    const nasty = fc.string({ unit: fc.constantFrom(...'htps:/?#[]@.%0:1aZ ü\n_-') })
    fc.assert(
      fc.property(fc.oneof(nasty, fc.webUrl(), fc.string({ unit: 'binary' })), (raw) => {
        const target = parseWebhookURL(raw)
        if (target !== undefined) expect(target.path.startsWith('/') && target.host !== '').toBe(true)
      }),
    )
  })

  it('is told as it was given', async () => {
    const { call, info } = setup()
    const given = 'HTTPS://127.64.1.1:08443/a b?c=d#e'
    expect((await call('setWebhook', { url: given })).body.description).toBe('Webhook was set')
    expect(await info()).toMatchObject({ url: given, ip_address: '127.64.1.1' })
  })
})
