import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WireResponse } from '../../../src/providers/hcloud/exchange.ts'
import { withoutToken } from '../../../src/providers/hcloud/redaction.ts'
import { createWire, failure, reply, token } from './wire.ts'

/** Everything that a log could show of an error. */
const shown = (error: unknown) => inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)

/** No eight characters in a row of the token. */
function expectNoToken(text: string): void {
  for (let at = 0; at + 8 <= token.length; at++) expect(text).not.toContain(token.slice(at, at + 8))
}

describe('withoutToken', () => {
  it('takes out any piece of the token that is long enough to matter', () => {
    const piece = fc.tuple(fc.nat(56), fc.integer({ min: 8, max: 64 }))
    const text = fc.tuple(fc.string(), piece, fc.string()).map(([before, [from, length], after]) => {
      return before + token.slice(from, from + length) + after
    })
    fc.assert(fc.property(text, (one) => expectNoToken(withoutToken(one, token))))
  })

  it("takes out another's token, too", () => {
    const half = 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6'
    expect(withoutToken(`limit reached for ${half}...`, token)).toBe('limit reached for [redacted]...')
  })

  it.each([
    "server with ID '12345678901234' not found",
    'invalid input in field "name", message: must be a valid hostname',
    'server name echo-5f3a91c2k7m0q is already used',
    'unable to provision servers for this location: 5ba4a4b2-7d26-4c7c-9b0e-0a9a0a8b1c2d',
  ])('leaves ordinary words alone: %s', (text) => expect(withoutToken(text, token)).toBe(text))

  it('shortens what is too long', () => {
    expect(withoutToken('a b '.repeat(10_000), token).length).toBeLessThanOrEqual(500)
  })
})

describe('no error shows a byte of the token', () => {
  const half = token.slice(0, 32)
  const cases: [what: string, answer: () => WireResponse | Promise<WireResponse>][] = [
    ['the newer throttle text', () => failure(429, 'rate_limit_exceeded', { message: `limit for ${half} reached` })],
    ['a text that repeats the header', () => failure(422, 'invalid_input', { message: `Bearer ${token}` })],
    ['a field name', () => failure(422, 'invalid_input', { details: { fields: [{ name: token }] } })],
    ['a limit name', () => failure(403, 'resource_limit_exceeded', { details: { limits: [{ name: half }] } })],
    ['a code', () => failure(422, token)],
    ['a correlation id', () => reply({ status: 500, headers: { 'x-correlation-id': half } })],
    ['HTML', () => reply({ status: 502, body: `<html>${token}</html>` })],
    ['broken JSON', () => reply({ body: `{"token": "${token}"` })],
    ['an unexpected shape', () => reply({ body: JSON.stringify({ [token]: token }) })],
    ['a network error', () => Promise.reject(new TypeError(`fetch failed: ${token}`, { cause: new Error(token) }))],
    ['its code', () => Promise.reject(Object.assign(new Error('x'), { code: token.toUpperCase() }))],
    ['a header that could not be sent', () => Promise.reject(new TypeError(`Invalid header value "Bearer ${token}"`))],
  ]

  it.each(cases)('%s', async (_, answer) => {
    for (const call of ['read', 'write'] as const) {
      const wire = createWire(answer)
      const error: unknown = await wire[call]().then(
        () => 'no error',
        (thrown: unknown) => thrown,
      )
      expectNoToken(shown(error))
    }
  })

  it('and every text passes the one gate as well', async () => {
    const wire = createWire(() => failure(422, 'invalid_input', { message: 'a canary sings' }))
    await expect(wire.write()).rejects.toThrow('a [gate] sings')
  })
})
