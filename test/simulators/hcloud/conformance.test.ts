// Everything that any test here sends and gets passes the vendor's description (support.ts); this file sees that it is
// worth something: all endpoints are visited, and wrong answers and requests are caught.

import { describe, expect, it } from 'vitest'
import { allEndpoints, type EndpointDeps } from '../../../simulators/hcloud/all-endpoints.ts'
import { answerCheck, createLab } from './support.ts'
import { tour } from './tour.ts'
import { hasVendorDescription, validateAnswer } from './vendor-description.ts'

/** What the simulator only refuses: it has no rescue system, consoles, guest agents, ISO drives, snapshots or zones. */
const unsupported = [
  'POST /servers/{}/actions/attach_iso',
  'POST /servers/{}/actions/enable_rescue',
  'POST /servers/{}/actions/disable_rescue',
  'POST /servers/{}/actions/reset_password',
  'POST /servers/{}/actions/request_console',
  'POST /servers/{}/actions/create_image',
  'PUT /images/{}',
  'DELETE /images/{}',
  'POST /images/{}/actions/change_protection',
  'POST /load_balancers',
  'POST /floating_ips',
  'POST /certificates',
  'POST /zones',
]

const takenAway = ['GET /datacenters', 'GET /datacenters/{}']

const endpoints = allEndpoints({ life: {}, power: {}, guests: {} } as EndpointDeps).map(
  ({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, '{}')}`,
)

describe.skipIf(!hasVendorDescription)('the vendor’s description', () => {
  it('covers a good answer of every endpoint', async () => {
    await tour(createLab())
    const good = [...(answerCheck?.checked.keys() ?? [])].filter((key) => / 2\d\d$/.test(key))
    const seen = new Set(good.map((key) => key.replace(/ \d+$/, '').replaceAll(/\{\w+\}/g, '{}')))
    expect([...seen].sort()).toEqual(endpoints.filter((one) => ![...unsupported, ...takenAway].includes(one)).sort())
  })

  it('covers what is refused', async () => {
    const { api, runningServer } = createLab()
    const { id } = await runningServer()
    for (const one of unsupported) {
      const [method = '', path = ''] = one.split(' ')
      const { status, body } = await api(method, path.replace('{}', path.startsWith('/images') ? '310557660' : id))
      expect([one, status, body.error.code]).toEqual([one, 422, 'unsupported_error'])
    }
    for (const one of takenAway) {
      const { status, body } = await api('GET', one.replace('GET ', '').replace('{}', '1'))
      expect([one, status, body.error.code]).toEqual([one, 410, 'deprecated_api_endpoint'])
    }
  })

  it.each([
    { what: 'lacks a member', body: { ssh_key: { id: 1 } } },
    { what: 'has a member that nobody named', body: { ssh_key: sshKey({ secret: 1 }) } },
    { what: 'has a wrong type', body: { ssh_key: sshKey({ name: 1 }) } },
  ])('catches an answer that $what', ({ body }) => {
    const exchange = { method: 'GET', path: '/ssh_keys/1', status: 200 }
    expect(validateAnswer({ ...exchange, body })).toContain('GET /ssh_keys/{id} 200')
    expect(validateAnswer({ ...exchange, body: { ssh_key: sshKey({}) } })).toBeUndefined()
  })

  it.each([
    { what: 'an error without a code', path: '/servers', status: 404, body: { error: { message: 'gone' } } },
    { what: 'an error that is none', path: '/servers', status: 500, body: {} },
    { what: 'a path that nobody described', path: '/serverz', status: 200, body: {} },
    { what: 'a body where there must be none', method: 'DELETE', path: '/ssh_keys/1', status: 204, body: {} },
    { what: 'a success of a status that is not described', path: '/servers/1', status: 202, body: {} },
    { what: 'a query that nobody described', path: '/ssh_keys/1?nme=a', status: 200, body: { ssh_key: sshKey({}) } },
  ])('catches $what', ({ method = 'GET', ...exchange }) => {
    expect(validateAnswer({ method, ...exchange })).toBeDefined()
  })

  it('catches an accepted request that it does not know', () => {
    const exchange = { method: 'PUT', path: '/ssh_keys/1', status: 200, body: { ssh_key: sshKey({}) } }
    expect(validateAnswer({ ...exchange, sent: { name: 'a', labels: {} } })).toBeUndefined()
    expect(validateAnswer({ ...exchange, sent: { title: 'a' } })).toContain('PUT /ssh_keys/{id} request')
    expect(validateAnswer({ ...exchange, sent: { name: 1 } })).toContain('PUT /ssh_keys/{id} request')
  })
})

function sshKey(change: object): object {
  const created = '2026-01-01T00:00:00Z'
  return { id: 1, name: 'key', fingerprint: 'ab', public_key: 'ssh', labels: {}, created, ...change }
}
