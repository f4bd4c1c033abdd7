import { describe, expect, it } from 'vitest'
import { type Body, createLab } from './support.ts'

describe('a server type', () => {
  it('says for each location whether it can be had there, and until when', async () => {
    const { api } = createLab()
    const { server_types: types } = (await api('GET', '/server_types?name=cpx21')).body
    const told = new Map(types[0].locations.map((one: Body) => [one.name, one]))
    expect(told.get('ash')).toMatchObject({ available: true, recommended: true, deprecation: null })
    expect(told.get('nbg1')).toMatchObject({
      available: false,
      recommended: false,
      deprecation: { unavailable_after: '2026-01-01T00:00:00Z' },
    })
  })

  it('is not sold where it is gone', async () => {
    const { api } = createLab()
    const body = { name: 's', server_type: 'cpx21', image: 'debian-13' }
    const refused = await api('POST', '/servers', { ...body, location: 'nbg1' })
    expect([refused.status, refused.body.error]).toMatchObject([422, { code: 'invalid_input', details: {} }])
    expect((await api('POST', '/servers', { ...body, location: 'ash' })).status).toBe(201)
  })
})

describe('ISOs', () => {
  it('are told by architecture; those for any only when asked for', async () => {
    const { api } = createLab()
    const told = async (query: string) =>
      (await api('GET', `/isos${query}`)).body.isos.map((one: Body) => one.architecture)
    expect(await told('')).toEqual([null, 'x86', 'arm'])
    expect(await told('?architecture=arm')).toEqual(['arm'])
    expect(await told('?architecture=arm&include_architecture_wildcard=true')).toEqual([null, 'arm'])
  })
})

describe('kinds that cannot be ordered here', () => {
  const page = { page: 1, per_page: 25, previous_page: null, next_page: null, last_page: 1, total_entries: 0 }

  it.each(['load_balancers', 'floating_ips', 'certificates', 'zones'])('%s are listed, and are none', async (kind) => {
    const { api } = createLab()
    const query = 'name=a&label_selector=a&sort=created:desc&page=1&per_page=50'
    for (const asked of ['', `?${query}`]) {
      const { status, body } = await api('GET', `/${kind}${asked}`)
      const pagination = asked === '' ? page : { ...page, per_page: 50 }
      expect([status, body]).toEqual([200, { [kind]: [], meta: { pagination } }])
    }
    for (const wrong of ['nme=a', 'sort=size', 'per_page=51', 'label_selector=a%20b'])
      expect((await api('GET', `/${kind}?${wrong}`)).body.error).toMatchObject({ code: 'invalid_input' })
  })
})

describe('metrics', () => {
  const hour = 'start=2026-01-01T00:00:00Z&end=2026-01-01T01:00:00Z'

  it('are series over the time that was asked for', async () => {
    const { api, runningServer } = createLab()
    const { id } = await runningServer()
    const { metrics } = (await api('GET', `/servers/${id}/metrics?type=network&${hour}&step=600`)).body
    expect(metrics.step).toBe(600)
    expect(Object.keys(metrics.time_series)).toContain('network.0.bandwidth.in')
    for (const { values } of Object.values<Body>(metrics.time_series)) expect(values).toHaveLength(7)
  })

  it.each([
    { query: hour, field: 'type' },
    { query: `type=sound&${hour}`, field: 'type' },
    { query: 'type=cpu&end=2026-01-01T01:00:00Z', field: 'start' },
    { query: 'type=cpu&start=2026-01-01T01:00:00Z&end=2026-01-01T00:00:00Z', field: 'end' },
    { query: `type=cpu&${hour}&step=0`, field: 'step' },
  ])('are refused for $query', async ({ query, field }) => {
    const { api, runningServer } = createLab()
    const { id } = await runningServer()
    const { status, body } = await api('GET', `/servers/${id}/metrics?${query}`)
    expect([status, body.error.details.fields[0].name]).toEqual([422, field])
  })
})
