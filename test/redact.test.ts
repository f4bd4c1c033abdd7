import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor } from '../src/redact.ts'

const hetzner = 'LRK9DAWQ1ZAEFSrCNEEzLCUwhYX1U3g7wMg4dTlkkDC96fyDuyJ39nVbVjCKSDfj'
const telegram = '123456789:AAE-kq3xTz7_Yp0aBcDeFgHiJkLmNoPqRsT'
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZ0xqkq1W7cQm4yq0
K2oYh5nq7l0Y8m0l9z1mG5oY1ZShRANCAAQ5iD1kq0s0mJ1f6xv8W2pQe0dYb5Tn
-----END PRIVATE KEY-----
`

const knowing = (...secrets: string[]) => {
  const redactor = createRedactor()
  for (const secret of secrets) redactor.remember(secret)
  return redactor
}

const base64 = (text: string) => Buffer.from(text).toString('base64')
const base64url = (text: string) => Buffer.from(text).toString('base64url')
const hex = (text: string) => Buffer.from(text).toString('hex')
const percent = (text: string) => encodeURIComponent(text)

describe('a remembered secret', () => {
  const odd = 'pa$$ "quoted" \\ back\nnew line/+&=é😀 end'
  const forms: [string, (secret: string) => string][] = [
    ['itself', (secret) => secret],
    ['base64', base64],
    ['base64 with a newline at its end', (secret) => base64(`${secret}\n`)],
    ['base64 of user and password', (secret) => base64(`token:${secret}`)],
    ['base64 of a longer text, one further', (secret) => base64(`x${secret}y`)],
    ['base64 of a longer text, two further', (secret) => base64(`xx${secret}yy`)],
    ['base64url', base64url],
    ['base64url of a longer text', (secret) => base64url(`token=${secret}&x=y`)],
    ['hex', hex],
    ['hex in capitals', (secret) => hex(secret).toUpperCase()],
    ['percent-encoded', percent],
    ['percent-encoded in lower case', (secret) => percent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ['JSON', (secret) => JSON.stringify(secret)],
  ]

  it.each(forms)('is replaced as %s', (_name, form) => {
    for (const secret of [hetzner, telegram, odd, 'short-secret', '12345678']) {
      const cleaned = knowing(secret).clean(`before ${form(secret)} after`)
      expect(cleaned).toMatch(/^before .*\[redacted\].* after$/s)
      expect(cleaned.replace('[redacted]', '').length).toBeLessThanOrEqual('before  after'.length + 20)
      for (let at = 0; at + 12 <= form(secret).length; at++)
        expect(cleaned).not.toContain(form(secret).slice(at, at + 12))
    }
  })

  it.each([
    ['its first half', hetzner.slice(0, 32)],
    ['its second half', hetzner.slice(32)],
    ['a stretch from its middle', hetzner.slice(21, 38)],
    ['all but its first character', hetzner.slice(1)],
  ])('is replaced when %s is quoted', (_name, part) => {
    expect(knowing(hetzner).clean(`limit for token ${part}… exceeded`)).toBe('limit for token [redacted]… exceeded')
  })

  it('is replaced each time, also without anything between', () => {
    expect(knowing(hetzner).clean(`${hetzner}${hetzner} ${hetzner}`)).not.toMatch(/[A-Za-z0-9]{12}/)
    expect(knowing(hetzner, telegram).clean(`${hetzner},${telegram}`)).toBe('[redacted],[redacted]')
  })

  it('that is a key is replaced without its armour, whatever became of its line ends', () => {
    const body = key.split('\n').slice(1, -2)
    for (const text of [key, JSON.stringify(key), body.join('\n'), body.join('\\n'), body.join(''), body[1] ?? '']) {
      const cleaned = knowing(key).clean(`x ${text} y`)
      for (const line of body) expect(cleaned).not.toContain(line.slice(10, 30))
    }
    expect(knowing(key).clean('is not a -----BEGIN PUBLIC KEY-----')).toBe('is not a -----BEGIN PUBLIC KEY-----')
  })

  it('stays known until it was forgotten as often as remembered', () => {
    const redactor = knowing(hetzner, hetzner)
    redactor.forget(hetzner)
    expect(redactor.clean(hetzner)).toBe('[redacted]')
    redactor.forget(hetzner)
    expect(redactor.clean(hetzner)).toBe(hetzner)
    redactor.forget(hetzner)
    redactor.remember(hetzner)
    expect(redactor.clean(hetzner)).toBe('[redacted]')
  })

  it('takes nothing with it when it is forgotten', () => {
    const redactor = knowing(hetzner, base64(hetzner), telegram)
    redactor.forget(base64(hetzner))
    expect(redactor.clean(base64(hetzner))).not.toContain(base64(hetzner).slice(0, 12))
    expect(redactor.clean(telegram)).toBe('[redacted]')
  })

  it('too short to tell from ordinary words is not looked for', () => {
    expect(knowing('', 'a', 'the', ' \n').clean('the cat')).toBe('the cat')
  })

  it('whatever it is, never comes through', () => {
    const secret = fc
      .string({ unit: 'grapheme-ascii', minLength: 16, maxLength: 80 })
      .filter((text) => text.trim().length >= 16)
    const around = fc.string({ unit: 'grapheme', maxLength: 40 })
    const form = fc.constantFrom(...forms.map(([, encode]) => encode))
    fc.assert(
      fc.property(fc.tuple(secret, form), around, around, ([value, encode], before, after) => {
        const encoded = encode(value.trim())
        const inner = encoded.slice(4, -6) // the edges of base64 depend on what stands around
        expect(knowing(value).clean(before + encoded + after)).not.toContain(inner)
      }),
      { numRuns: 300 },
    )
  })

  it('leaves every other text alone', () => {
    const redactor = knowing(hetzner, telegram, key)
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => redactor.clean(text) === text))
  })
})

describe('what looks like a secret', () => {
  const { clean } = createRedactor()
  it.each([
    [`token ${telegram}.`, 'token [redacted].'],
    [`token ${telegram.replace(':', '%3A')}`, 'token [redacted]'],
    [`token 123456789:${'a'.repeat(34)}-`, 'token [redacted]'],
    [`https://api.telegram.org/bot${telegram}/getMe`, 'https://api.telegram.org/bot[redacted]/getMe'],
    ['https://api.telegram.org/bot1:x/getMe', 'https://api.telegram.org/bot[redacted]/getMe'],
    [key, '[redacted]\n'],
    [JSON.stringify({ key }), '{"key":"[redacted]\\n"}'],
    [JSON.stringify({ key: key.slice(0, 60), other: 1 }), '{"key":"[redacted]","other":1}'],
    [key.replaceAll('PRIVATE', 'EC PRIVATE'), '[redacted]\n'],
  ])('%j', (text, expected) => expect(clean(text)).toBe(expected))

  it.each([
    'at 12:34:56',
    'server 12345678: gone',
    'http://127.0.0.1:8443/webhook',
    '/bot/avatar.png',
    'sha256:abc',
    '::1',
  ])('%s does not', (text) => expect(clean(text)).toBe(text))
})

describe('the cost of a clean', () => {
  it('hardly depends on how many secrets are known', () => {
    const redactor = knowing(...Array.from({ length: 1_500 }, () => randomBytes(32).toString('hex')))
    const line = JSON.stringify({ msg: 'Cannot create server '.repeat(20) })
    const begin = performance.now()
    for (let round = 0; round < 1_000; round++) redactor.clean(line)
    expect((performance.now() - begin) / 1_000).toBeLessThan(5) // milliseconds a line; it takes about 0.05
  })

  it('stays linear for texts made to be slow', () => {
    const redactor = knowing('a'.repeat(64), `${'a'.repeat(40)}b`)
    const texts = [
      'a'.repeat(20_000),
      '-----BEGIN PRIVATE KEY-----'.repeat(2_000),
      '/bot1'.repeat(5_000),
      '1'.repeat(20_000),
      '123456:'.repeat(5_000),
    ]
    const begin = performance.now()
    for (const text of texts) redactor.clean(text)
    expect(performance.now() - begin).toBeLessThan(2_000)
  })
})
