import { describe, expect, it } from 'vitest'
import { botIDOf } from '../../../src/providers/telegram/token.ts'

const secret = 'AAE-kq3xTz7_Yp0aBcDeFgHiJkLmNoPqRsT'

describe('botIDOf', () => {
  it.each([
    [`123456789:${secret}`, 123456789],
    [`9007199254740991:${secret}`, 9007199254740991],
    [`123456789:${secret}\n`, undefined],
    [` 123456789:${secret}`, undefined],
    [`0123456789:${secret}`, undefined],
    [`12345:${secret}`, undefined],
    [`123456789:${secret.slice(0, 29)}`, undefined],
    [`123456789:${secret}!`, undefined],
    ['123456789:', undefined],
    ['', undefined],
    [`x\n123456789:${secret}`, undefined],
  ])('%j belongs to %s', (token, id) => expect(botIDOf(token)).toBe(id))
})
