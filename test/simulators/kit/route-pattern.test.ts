// Which requests a route means, and which names a pattern.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameMatcher, routeMatcher } from '../../../simulators/kit/route-pattern.ts'

describe('a route pattern', () => {
  it.each([
    ['POST /servers', 'POST /servers', true],
    ['POST /servers', 'GET /servers', false],
    ['POST /servers', 'POST /servers/1', false],
    ['ANY /servers', 'DELETE /servers', true],
    ['GET /servers/*', 'GET /servers/17', true],
    ['GET /servers/*', 'GET /servers/17/actions', false],
    ['GET /servers/**', 'GET /servers/17/actions', true],
    ['ANY *', 'PUT /a/b/c', true],
    ['POST /bot*/setWebhook', 'POST /bot123:abc/setwebhook', true],
    ['POST /bot*/setWebhook', 'POST /bot123:abc/getMe', false],
    ['GET /a.b', 'GET /aXb', false],
  ])('%s on %s: %s', (route, request, wanted) => {
    const [method = '', path = ''] = request.split(' ')
    expect(routeMatcher(route)({ method, path })).toBe(wanted)
  })

  it('matches its own literal path, whatever characters that has', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9._~:$()+|^[\]{}-]{1,8}$/)
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
        const path = `/${segments.join('/')}`
        expect(routeMatcher(`GET ${path}`)({ method: 'GET', path })).toBe(true)
        expect(routeMatcher(`GET ${path}`)({ method: 'GET', path: `${path}x` })).toBe(false)
      }),
    )
  })
})

describe('a pattern of names', () => {
  it.each([
    ['*', 'anything', true],
    ['botyard-*', 'botyard-a-b', true],
    ['botyard-*', 'other-botyard-a', false],
    ['a.b', 'aXb', false],
    ['*-x-*', 'a-x-b', true],
  ])('%s on %s: %s', (pattern, name, wanted) => {
    expect(nameMatcher(pattern)(name)).toBe(wanted)
  })
})
