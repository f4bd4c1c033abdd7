// Bad input, row by row: a request, and the exact code and words of the answer.

import { beforeAll, describe, expect, it } from 'vitest'
import { createAuthority } from '../certificates.ts'
import { setup, url } from './bot-api.ts'

type Given = Record<string, string>

interface Row {
  given: Given
  text: string
}

const refused = (text: string) => ({ ok: false, error_code: 400, description: `Bad Request: ${text}` })

describe('setWebhook refuses', () => {
  const invalid = 'invalid webhook URL specified'
  it.each<Row>([
    ...['https://', 'ftp://example.com/', '://x', 'https:///x', 'https://.', 'https://a b/', 'https://a:b/'].map(
      (given) => ({ given: { url: given }, text: invalid }),
    ),
    ...['https://h:0/', 'https://h:65536/', 'https://h:/', 'https://h:-1/', 'https://h:443:443/', ':443'].map(
      (given) => ({ given: { url: given }, text: invalid }),
    ),
    ...['https://a%zz/', 'https://a%2/', 'https://a"b/', 'https://a<b/', 'https://u@v@h/', 'https://[::1/'].map(
      (given) => ({ given: { url: given }, text: invalid }),
    ),
    ...['https://[::g]/', 'https://[fe80::1%25eth0]/', 'https://[127.0.0.1]/', '/', '?', '#'].map((given) => ({
      given: { url: given },
      text: invalid,
    })),
    { given: { secret_token: 'a'.repeat(257) }, text: 'secret token is too long' },
    { given: { secret_token: 'ä'.repeat(129) }, text: 'secret token is too long' },
    ...['a b', 'a.b', 'ä', 'a=', 'a\n', 'a/b', 'a+b'].map((given) => ({
      given: { secret_token: given },
      text: 'secret token contains unallowed characters',
    })),
    ...['http://127.64.1.1/', 'http://127.64.1.1:8443/', 'HTTP://127.64.1.1:1/'].map((given) => ({
      given: { url: given },
      text: 'bad webhook: An HTTPS URL must be provided for webhook',
    })),
    ...[1, 79, 444, 8080, 8442, 8444, 65535].map((port) => ({
      given: { url: `https://127.64.1.1:${port}/` },
      text: 'bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443',
    })),
    ...['nonsense', '1.2.3', '256.1.1.1', '1.2.3.4.5', '1.2.3.4 ', '127.0.0.01'].map((given) => ({
      given: { ip_address: given },
      text: 'bad webhook: Invalid IP address specified',
    })),
    ...['::1', '2001:db8::1', '::ffff:1.1.1.1'].map((given) => ({
      given: { ip_address: given },
      text: 'bad webhook: IPv6-only addresses are not allowed',
    })),
    { given: { url: 'https://[2001:db8::1]/' }, text: 'bad webhook: IPv6-only addresses are not allowed' },
    { given: { url: 'https://[::1]:8443' }, text: 'bad webhook: IPv6-only addresses are not allowed' },
  ])('$given', async ({ given, text }) => {
    const { call, info } = setup()
    expect((await call('setWebhook', { url, ...given })).body).toEqual(refused(text))
    expect(await info()).toEqual({ url: '', has_custom_certificate: false, pending_update_count: 0 })
  })

  it.each([
    '0.0.0.0 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1',
    '192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 255.255.255.255',
  ])('reserved addresses: %s', async (line) => {
    for (const address of line.split(' ')) {
      const strict = setup({ options: { allowReserved: false } })
      const text = `bad webhook: IP address ${address} is reserved`
      expect((await strict.call('setWebhook', { url, ip_address: address })).body).toEqual(refused(text))
      expect((await setup().call('setWebhook', { url, ip_address: address })).body.ok, 'the lab switch').toBe(true)
    }
  })

  it.each([
    { code: 'ENOTFOUND', words: 'Name or service not known' },
    { code: 'EAI_AGAIN', words: 'Temporary failure in name resolution' },
  ])('a host that does not resolve: $words', async ({ code, words }) => {
    const { call } = setup({ resolve: () => Promise.reject(Object.assign(new Error(code), { code })) })
    const { body } = await call('setWebhook', { url: 'https://bot.example.com/' })
    expect(body).toEqual(refused(`bad webhook: Failed to resolve host: ${words}`))
  })

  it('a host that has only an IPv6 address, or a reserved one', async () => {
    const answer = async (address: string) => {
      const { call } = setup({ options: { allowReserved: false }, resolve: async () => address })
      return (await call('setWebhook', { url: 'https://bot.example.com/' })).body
    }
    expect(await answer('2a01:4f8::1')).toEqual(refused('bad webhook: IPv6-only addresses are not allowed'))
    expect(await answer('10.1.2.3')).toEqual(refused('bad webhook: IP address 10.1.2.3 is reserved'))
    expect((await answer('1.1.1.1')).ok).toBe(true)
  })
})

describe('of two things that are wrong, setWebhook names', () => {
  const wrong = {
    url: { url: 'ftp://x' },
    length: { secret_token: 'ä'.repeat(200) },
    characters: { secret_token: 'a b' },
    scheme: { url: 'http://127.64.1.1:99/' },
    port: { url: 'https://127.64.1.1:99/' },
    address: { ip_address: 'nonsense' },
  }
  it.each<{ first: string; given: Given; text: string }>([
    { first: 'the URL', given: { ...wrong.url, ...wrong.length }, text: 'invalid webhook URL specified' },
    { first: 'the length', given: { ...wrong.length, ...wrong.scheme }, text: 'secret token is too long' },
    {
      first: 'the characters',
      given: { ...wrong.characters, ...wrong.scheme },
      text: 'secret token contains unallowed characters',
    },
    {
      first: 'the scheme',
      given: { ...wrong.scheme, ...wrong.address },
      text: 'bad webhook: An HTTPS URL must be provided for webhook',
    },
    {
      first: 'the port',
      given: { ...wrong.port, ...wrong.address },
      text: 'bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443',
    },
  ])('$first', async ({ given, text }) => {
    expect((await setup().call('setWebhook', { url, ...given })).body).toEqual(refused(text))
  })

  it('the rate before everything, which leaves the webhook alone', async () => {
    const { call, info } = setup()
    await call('setWebhook', { url })
    expect((await call('setWebhook', wrong.url)).body.error_code).toBe(429)
    expect(await info()).toMatchObject({ url })
  })
})

describe('a certificate', () => {
  let good = ''
  beforeAll(async () => {
    good = (await createAuthority()).certificate
  })
  const limit = 3 * 1024 * 1024
  const damaged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
  const broken = 'bad webhook: Failed to set custom certificate file'

  it.each<{ what: string; content: () => string; text: string | undefined; given?: Given }>([
    { what: 'nothing', content: () => '', text: broken },
    { what: 'no PEM', content: () => 'nonsense', text: broken },
    { what: 'a damaged one', content: () => damaged, text: broken },
    { what: 'a damaged one after a good one', content: () => good + damaged, text: broken },
    { what: 'DER', content: () => Buffer.from(good, 'base64').toString('latin1'), text: broken },
    { what: '3 MiB of something else', content: () => 'x'.repeat(limit), text: broken },
    {
      what: 'a byte more',
      content: () => 'x'.repeat(limit + 1),
      text: `certificate size is too big (${limit + 1} bytes)`,
    },
    { what: '3 MiB around a good one', content: () => good + ' '.repeat(limit - good.length), text: undefined },
    {
      what: 'a byte more, and a bad secret',
      content: () => 'x'.repeat(limit + 1),
      given: { secret_token: 'a b' },
      text: 'secret token contains unallowed characters',
    },
    {
      what: 'a byte more, and a bad port',
      content: () => 'x'.repeat(limit + 1),
      given: { url: 'https://127.64.1.1:99/' },
      text: `certificate size is too big (${limit + 1} bytes)`,
    },
    {
      what: 'a damaged one, and a bad port',
      content: () => damaged,
      given: { url: 'https://127.64.1.1:99/' },
      text: 'bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443',
    },
  ])('that is $what', async ({ content, text, given = {} }) => {
    const { upload, info } = setup()
    const { body } = await upload('setWebhook', { url, ...given, certificate: new Blob([content()]) })
    expect(body).toEqual(
      text === undefined ? { ok: true, result: true, description: 'Webhook was set' } : refused(text),
    )
    expect(await info()).toMatchObject({ url: text === undefined ? url : '' })
  })
})

describe('sendMessage refuses', () => {
  it.each<Row>([
    { given: { chat_id: '1' }, text: 'message text is empty' },
    { given: {}, text: 'message text is empty' },
    { given: { text: 'x' }, text: 'chat_id is empty' },
    ...['@nobody', 'x', '0', '-', '-0'].map((chat) => ({
      given: { chat_id: chat, text: 'x' },
      text: 'chat not found',
    })),
    { given: { chat_id: '1', text: ' \n' }, text: 'text must be non-empty' },
    { given: { chat_id: '1', text: 'x'.repeat(4097) }, text: 'message is too long' },
  ])('$given', async ({ given, text }) => {
    expect((await setup().call('sendMessage', given)).body).toEqual(refused(text))
  })

  it.each(['x'.repeat(4096), '😀'.repeat(2048)])('nothing of 4,096 units', async (text) => {
    expect((await setup().call('sendMessage', { chat_id: '-1', text })).body.ok).toBe(true)
  })
})
