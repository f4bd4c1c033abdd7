import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { createReviews } from '../../src/kube/reviews.ts'
import { createTransport } from '../../src/kube/transport.ts'
import { fakeApiServer, json, type Reply } from './fake-api-server.ts'

const token = 'eyJhbGciOiJSUzI1NiIsImtpZCI6InNlY3JldCJ9'
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function setUp(...replies: Reply[]) {
  const server = await fakeApiServer(replies)
  const cluster = { server: server.url, access: async () => ({ headers: {}, tls: {} }), refused: () => {} }
  const transport = createTransport({ cluster, clock: systemClock, random: () => 0 })
  cleanups.push(transport.close, server.close)
  const sent = () => server.received.map(({ method, url, body }) => ({ method, url, ...JSON.parse(body) }))
  return { reviews: createReviews(transport), sent }
}

const user = { username: 'prometheus', uid: 'u', groups: ['system:authenticated'], extra: { scopes: ['a'] } }

describe('a review', () => {
  it('of a token answers who holds it, as the API server names them', async () => {
    const { reviews, sent } = await setUp(json({ status: { authenticated: true, user } }))
    expect(await reviews.whoIs(token)).toEqual(user)
    expect(sent()).toEqual([
      {
        ...{ method: 'POST', url: '/apis/authentication.k8s.io/v1/tokenreviews' },
        ...{ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } },
      },
    ])
  })

  it.each([
    {},
    { status: {} },
    { status: { authenticated: false } },
    { status: { authenticated: true } },
    { status: { authenticated: true, user: { username: '' } } },
    { status: { authenticated: 'true', user } },
  ])('of a token that is nobody’s answers nobody: %o', async (answer) => {
    const { reviews } = await setUp(json(answer))
    expect(await reviews.whoIs(token)).toBeUndefined()
  })

  it('of an access asks with all that is known of the holder', async () => {
    const { reviews, sent } = await setUp(json({ status: { allowed: true } }))
    expect(await reviews.mayGet(user, '/metrics')).toBe(true)
    const { username, ...rest } = user
    expect(sent()).toEqual([
      {
        ...{ method: 'POST', url: '/apis/authorization.k8s.io/v1/subjectaccessreviews' },
        ...{ apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview' },
        spec: { user: username, ...rest, nonResourceAttributes: { path: '/metrics', verb: 'get' } },
      },
    ])
  })

  it.each([{}, { status: {} }, { status: { allowed: false } }, { status: { allowed: 'true' } }])(
    'of an access that is not clearly allowed says no: %o',
    async (answer) => {
      const { reviews } = await setUp(json(answer))
      expect(await reviews.mayGet(user, '/metrics')).toBe(false)
    },
  )

  it('that the API server refuses is an error that quotes no token', async () => {
    const message = `spec.token: Invalid value: "${token}"`
    const causes = [{ reason: 'FieldValueInvalid', field: 'spec.token', message }]
    const answer = { kind: 'Status', code: 422, reason: 'Invalid', message, details: { causes } }
    const { reviews } = await setUp(json(answer, { status: 422 }))
    const error: Error = await reviews.whoIs(token).then(
      () => new Error('no error'),
      (cause) => cause,
    )
    expect(error.message).toContain('tokenreviews')
    expect(JSON.stringify([error.message, error.stack, error])).not.toContain(token)
  })
})
