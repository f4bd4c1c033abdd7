import { describe, expect, it } from 'vitest'
import { createLab, tokenA, tokenB } from './support.ts'

const request = (path: string, init: RequestInit = {}) => new Request(`http://hetzner.test${path}`, init)

describe('a request', () => {
  it.each([
    {
      what: 'an unknown path without a token',
      method: 'GET',
      path: '/v1/nothing',
      token: undefined,
      want: [404, 'not_found'],
    },
    {
      what: 'a known path without a token',
      method: 'GET',
      path: '/v1/servers',
      token: undefined,
      want: [401, 'unauthorized'],
    },
    {
      what: 'a wrong verb without a token',
      method: 'PATCH',
      path: '/v1/servers',
      token: undefined,
      want: [401, 'unauthorized'],
    },
    { what: 'a wrong verb', method: 'PATCH', path: '/v1/servers', token: tokenA, want: [405, 'method_not_allowed'] },
    {
      what: 'a token of 63 characters',
      method: 'GET',
      path: '/v1/servers',
      token: 'a'.repeat(63),
      want: [401, 'unauthorized'],
    },
    { what: 'an id that is none', method: 'GET', path: '/v1/servers/abc', token: tokenA, want: [404, 'not_found'] },
    {
      what: 'the way of the past',
      method: 'GET',
      path: '/v1/actions',
      token: tokenA,
      want: [410, 'deprecated_api_endpoint'],
    },
    {
      what: 'datacenters',
      method: 'GET',
      path: '/v1/datacenters',
      token: tokenA,
      want: [410, 'deprecated_api_endpoint'],
    },
    { what: 'a path outside /v1', method: 'GET', path: '/servers', token: tokenA, want: [404, 'not_found'] },
  ])('with $what is refused', async ({ method, path, token, want }) => {
    const { simulator } = createLab()
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const response = await simulator.fetch(request(path, { method, headers }))
    const body = (await response.json()) as { error: { code: string } }
    expect([response.status, body.error.code]).toEqual(want)
  })

  it('with a body that is no JSON is refused', async () => {
    const { api } = createLab()
    expect(await api('POST', '/ssh_keys', '{"name":')).toMatchObject({
      status: 400,
      body: { error: { code: 'json_error' } },
    })
    expect(await api('POST', '/ssh_keys')).toMatchObject({ status: 400, body: { error: { code: 'json_error' } } })
    expect(await api('POST', '/ssh_keys', '[]')).toMatchObject({ status: 422 })
  })

  it('with a body over a megabyte is refused, whatever is in it', async () => {
    const { api } = createLab()
    const answer = await api('POST', '/ssh_keys', `{"name": "${'x'.repeat(1024 * 1024)}"}`)
    expect([answer.status, answer.body.error.code]).toEqual([413, 'invalid_input'])
  })

  it('with a read-only token may only read', async () => {
    const { as } = createLab()
    const readOnly = as(`readonly${'x'.repeat(56)}`)
    expect((await readOnly('GET', '/servers')).status).toBe(200)
    for (const [method, path] of [
      ['POST', '/servers'],
      ['PUT', '/servers/1'],
      ['DELETE', '/servers/1'],
    ] as const) {
      expect(await readOnly(method, path, {})).toMatchObject({
        status: 401,
        body: { error: { code: 'token_readonly' } },
      })
    }
  })
})

describe('tokens', () => {
  it('of one Hetzner project see the same, until revoked', async () => {
    const { as, simulator } = createLab()
    const third = 'c'.repeat(64)
    const readOnly = 'd'.repeat(64)
    await as(tokenA)('POST', '/firewalls', { name: 'marker' })
    simulator.control.addToken({ of: tokenA, token: third })
    simulator.control.addToken({ of: tokenA, token: readOnly, readOnly: true })
    expect((await as(third)('GET', '/firewalls')).body.firewalls).toMatchObject([{ name: 'marker' }])
    expect((await as(readOnly)('POST', '/firewalls', { name: 'x' })).body.error.code).toBe('token_readonly')
    simulator.control.revokeToken(tokenA)
    expect((await as(tokenA)('GET', '/firewalls')).status).toBe(401)
    expect((await as(third)('GET', '/firewalls')).status).toBe(200)
    simulator.control.addToken({ of: tokenA, token: 'e'.repeat(64) })
    expect((await as('e'.repeat(64))('GET', '/firewalls')).body.firewalls).toHaveLength(1)
    expect((await as(tokenB)('GET', '/firewalls')).body.firewalls).toEqual([])
  })

  it('appear nowhere in the state', async () => {
    const { api, simulator } = createLab()
    await api('GET', '/servers')
    expect(simulator.control.state().projects[0]?.tokens).toMatchObject([{ readOnly: false, revoked: false }])
    expect(JSON.stringify(simulator.control.state())).not.toContain(tokenA.slice(0, 20))
  })
})

describe('the budget', () => {
  it('counts down per Hetzner project, refuses when empty, and refills evenly', async () => {
    const { api, as, clock, simulator } = createLab()
    const first = await api('GET', '/servers')
    expect(first.headers.get('ratelimit-limit')).toBe('3600')
    expect(first.headers.get('ratelimit-remaining')).toBe('3599')
    simulator.control.setBudget({ token: tokenA, left: 1 })
    const last = await api('GET', '/servers')
    expect([last.status, last.headers.get('ratelimit-remaining')]).toEqual([200, '0'])
    expect(Number(last.headers.get('ratelimit-reset'))).toBe(clock.now() / 1000 + 3600)
    const refused = await api('GET', '/servers')
    expect([refused.status, refused.body.error.code]).toEqual([429, 'rate_limit_exceeded'])
    expect(refused.body.error.message).toContain('a'.repeat(32))
    expect((await as(tokenB)('GET', '/servers')).status).toBe(200)
    await clock.advance(1_000)
    expect((await api('GET', '/servers')).status).toBe(200)
    expect((await api('GET', '/servers')).status).toBe(429)
  })

  it('is shared by all tokens of the project', async () => {
    const { as, simulator } = createLab()
    const second = 'c'.repeat(64)
    simulator.control.addToken({ of: tokenA, token: second })
    simulator.control.setBudget({ token: tokenA, left: 1 })
    expect((await as(second)('GET', '/servers')).status).toBe(200)
    expect((await as(tokenA)('GET', '/servers')).status).toBe(429)
  })
})

describe('every answer', () => {
  it('has a correlation id of its own', async () => {
    const { api } = createLab()
    const ids = [await api('GET', '/servers'), await api('GET', '/servers/1')].map(({ headers }) =>
      headers.get('x-correlation-id'),
    )
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(new Set(ids).size).toBe(2)
  })
})

describe('a list', () => {
  const named = (names: readonly string[]) => async (api: ReturnType<typeof createLab>['api']) => {
    for (const name of names) await api('POST', '/firewalls', { name, labels: { first: name.slice(0, 1) } })
  }
  const namesOf = (body: { firewalls: { name: string }[] }) => body.firewalls.map(({ name }) => name)

  it('is paged, 25 by default, and says where it goes on', async () => {
    const { api } = createLab()
    await named(Array.from({ length: 60 }, (_, index) => `f${index}`))(api)
    const first = await api('GET', '/firewalls')
    expect(first.body.firewalls).toHaveLength(25)
    expect(first.body.meta.pagination).toEqual({
      page: 1,
      per_page: 25,
      previous_page: null,
      next_page: 2,
      last_page: 3,
      total_entries: 60,
    })
    const last = await api('GET', '/firewalls?page=2&per_page=50')
    expect(last.body.firewalls).toHaveLength(10)
    expect(last.body.meta.pagination).toMatchObject({ previous_page: 1, next_page: null, last_page: 2 })
    expect(last.headers.get('link')).toContain('page=1&per_page=50>; rel="prev"')
    expect((await api('GET', '/firewalls?page=9')).body.firewalls).toEqual([])
  })

  it('is sorted as asked, by id otherwise', async () => {
    const { api } = createLab()
    await named(['b2', 'a1', 'c3'])(api)
    expect(namesOf((await api('GET', '/firewalls')).body)).toEqual(['b2', 'a1', 'c3'])
    expect(namesOf((await api('GET', '/firewalls?sort=name:desc')).body)).toEqual(['c3', 'b2', 'a1'])
    expect(namesOf((await api('GET', '/firewalls?sort=created&sort=name')).body)).toEqual(['a1', 'b2', 'c3'])
  })

  it('is filtered by name and label', async () => {
    const { api } = createLab()
    await named(['a1', 'a2', 'b1'])(api)
    expect(namesOf((await api('GET', '/firewalls?name=a2')).body)).toEqual(['a2'])
    expect(namesOf((await api('GET', '/firewalls?label_selector=first==a')).body)).toEqual(['a1', 'a2'])
    expect(
      namesOf((await api('GET', `/firewalls?label_selector=${encodeURIComponent('first!=a,first')}`)).body),
    ).toEqual(['b1'])
  })

  it.each([
    'page=0',
    'page=x',
    'per_page=51',
    'per_page=0',
    'sort=size',
    'sort=name:up',
    'label_selector=a%20b',
    'lable_selector=a',
  ])('refuses %s', async (query) => {
    const { api } = createLab()
    expect(await api('GET', `/firewalls?${query}`)).toMatchObject({
      status: 422,
      body: { error: { code: 'invalid_input' } },
    })
  })
})

describe('the catalogue', () => {
  it('leaves deprecated images out unless asked for, and the ones of the past always', async () => {
    const { api, clock } = createLab()
    const names = async (query: string) =>
      (await api('GET', `/images?architecture=x86${query}`)).body.images.map((one: { name: string }) => one.name)
    expect(await names('')).not.toContain('debian-11')
    expect(await names('&include_deprecated=true')).toContain('debian-11')
    expect(await names('&include_deprecated=True')).toContain('debian-11')
    await clock.advance(Date.UTC(2026, 11, 1) - clock.now())
    expect(await names('&include_deprecated=true')).not.toContain('debian-11')
  })

  it('has a price for every location where a type is sold', async () => {
    const { api } = createLab()
    const { server_types: types } = (await api('GET', '/server_types?name=cx23')).body
    const places = (list: { name?: string; location?: string }[]) => list.map((one) => one.name ?? one.location)
    expect(places(types[0].locations)).toEqual(['fsn1', 'nbg1', 'hel1'])
    expect(places(types[0].prices)).toEqual(['fsn1', 'nbg1', 'hel1'])
    expect(types[0].prices[0].price_monthly.net).toBe('5.4900000000')
  })
})
